// SPDX-License-Identifier: Apache-2.0
// The core's main(), which a sketch does not see; it ends after three rounds where a board goes on.
#include "Arduino.h"

SerialPort Serial;

int main()
{
    setup();
    for (int i = 0; i < 3; i++)
        loop();
    printf("end\n");
    return 0;
}
