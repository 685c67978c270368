/* SPDX-License-Identifier: Apache-2.0 */
/* As much of an Arduino core as a sketch with models meets: its macros, which are there before any
 * other header, and a Serial that prints to standard output. For the test's builds only. */
#ifndef ARDUINO_H
#define ARDUINO_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Names of the core that are macros there, in lower case too. */
#define HIGH                    0x1
#define LOW                     0x0
#define INPUT                   0x0
#define OUTPUT                  0x1
#define DEFAULT                 1
#define EXTERNAL                0
#define PI                      3.1415926535897932384626433832795
#define F(text)                 (text)
#define B1                      1
#define B0                      0
#define B10                     2
#define min(a, b)               ((a) < (b) ? (a) : (b))
#define max(a, b)               ((a) > (b) ? (a) : (b))
#define constrain(x, low, high) ((x) < (low) ? (low) : ((x) > (high) ? (high) : (x)))
#define round(x)                ((x) >= 0 ? (long)((x) + 0.5) : (long)((x)-0.5))
#define sq(x)                   ((x) * (x))
#define bit(b)                  (1UL << (b))
#define lowByte(w)              ((uint8_t)((w)&0xff))
#define interrupts()
#define noInterrupts()
typedef uint8_t byte;
typedef uint16_t word;
typedef bool boolean;

class SerialPort
{
  public:
    void begin(unsigned long baud)
    {
        (void)baud;
    }
    void print(const char *text)
    {
        printf("%s", text);
    }
    void print(unsigned long value)
    {
        printf("%lu", value);
    }
    void println(unsigned long value)
    {
        printf("%lu\n", value);
    }
};
extern SerialPort Serial;

void setup();
void loop();

#endif
