# SPDX-License-Identifier: Apache-2.0
"""Sound for reach.py: clips of several sets, and copies of them as rooms, microphones, codecs and levels
leave them. Nothing here is used in training.

Copies are made of a whole set at once: its clips stand 2 s apart in one long recording, the recording
goes through ffmpeg, and the same stretches are cut out again. What a copy needs and this machine has not
(a measured response, a codec) makes no copy, and `made` says so.
"""
import array
import math
import os
import random
import re
import struct
import subprocess
import sys
import wave

RATE = 16000
CLIP = RATE          # a clip is a second, its recording in the middle
PITCH = 2 * RATE  # from one clip's begin to the next in the long recording
SPEECH_MS = 400      # the level of a clip is that of its loudest stretch of this length


def read(path):
    """16-bit samples at 16 kHz of any file."""
    if path.endswith('.wav'):
        try:
            with wave.open(path) as f:
                if f.getframerate() == RATE and f.getnchannels() == 1 and f.getsampwidth() == 2:
                    return array.array('h', f.readframes(f.getnframes()))
        except wave.Error:
            pass  # a WAV that this module does not know
    out = subprocess.run(['ffmpeg', '-nostdin', '-v', 'error', '-i', path, '-f', 's16le', '-ac', '1', '-ar', str(RATE), '-'],
                         check=True, stdout=subprocess.PIPE).stdout
    return array.array('h', out)


def write(path, samples):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with wave.open(path, 'wb') as f:
        f.setnchannels(1)
        f.setsampwidth(2)
        f.setframerate(RATE)
        f.writeframes(bytes(samples))


def centred(samples):
    """A second with the recording in its middle."""
    n = len(samples)
    if n >= CLIP:
        return samples[(n - CLIP) // 2:(n - CLIP) // 2 + CLIP]
    before = (CLIP - n) // 2
    return array.array('h', bytes(2 * before)) + samples + array.array('h', bytes(2 * (CLIP - n - before)))


def clamp(x):
    return max(-32768, min(32767, int(round(x))))


def level(samples):
    """RMS of the loudest SPEECH_MS, of full scale 1."""
    step = RATE // 50
    sums = [sum(s * s for s in samples[i:i + step]) for i in range(0, len(samples), step)]
    n = SPEECH_MS // 20
    best = max((sum(sums[i:i + n]) for i in range(max(1, len(sums) - n + 1))), default=0)
    return math.sqrt(best / (n * step)) / 32768


def at_level(samples, db):
    now = level(samples)
    if now == 0:
        return samples
    gain = 10 ** (db / 20) / now
    return array.array('h', (clamp(s * gain) for s in samples))


# ---- rooms

def image_source(seed, size, source, ear, rt60, seconds):
    """Allen and Berkley 1979: mirrored sources of a box whose walls swallow alike (Eyring)."""
    lx, ly, lz = size
    volume, surface = lx * ly * lz, 2 * (lx * ly + ly * lz + lx * lz)
    beta = math.exp(-0.161 * volume / (rt60 * surface) / 2)  # 1 - alpha = exp(-0.161 V / (S T)), a pressure its root
    out = [0.0] * int(seconds * RATE)
    reach = [int(343 * seconds / (2 * s)) + 1 for s in size]
    rng = random.Random(seed)
    for i in range(-reach[0], reach[0] + 1):
        for u in (0, 1):
            dx = (1 - 2 * u) * source[0] + 2 * i * lx - ear[0]
            nx = abs(i - u) + abs(i)
            for j in range(-reach[1], reach[1] + 1):
                for v in (0, 1):
                    dy = (1 - 2 * v) * source[1] + 2 * j * ly - ear[1]
                    ny = abs(j - v) + abs(j)
                    for k in range(-reach[2], reach[2] + 1):
                        for w in (0, 1):
                            dz = (1 - 2 * w) * source[2] + 2 * k * lz - ear[2]
                            n = nx + ny + abs(k - w) + abs(k)
                            # walls are not flat: every image but the first stands up to 8 cm off
                            d = math.sqrt(dx * dx + dy * dy + dz * dz) + (rng.uniform(-.08, .08) if n else 0)
                            at = d / 343 * RATE
                            whole = int(at)
                            if whole + 1 < len(out):
                                a = beta ** n / d
                                out[whole] += a * (1 - at + whole)
                                out[whole + 1] += a * (at - whole)
    return out


def from_onset(samples, seconds):
    """A response from its loudest sample on, faded out over the last third."""
    first = max(range(len(samples)), key=lambda i: abs(samples[i]))
    first = max(0, first - RATE // 2000)
    out = [float(s) for s in samples[first:first + int(seconds * RATE)]]
    n = len(out)
    return [s * min(1.0, 3 * (n - i) / n) for i, s in enumerate(out)]


def with_direct(tail, ratio_db):
    """A response that holds reverberation alone, behind a direct sound so many dB above it."""
    energy = math.sqrt(sum(s * s for s in tail))
    return [energy * 10 ** (ratio_db / 20)] + [0.0] * (RATE // 100) + tail


def find(patterns):
    for p in patterns:
        for root in [r for r in os.environ.get('REACH_SOUNDS', '').split(':') if r] + ['/']:
            path = os.path.join(root, p)
            if os.path.exists(path):
                return path
    return None


def measured(name, data):
    """Samples of a measured response, or None where its package is not there."""
    if name == 'seminar':  # a clap in a seminar room (Rostock), recorded by people, CC0
        path = os.path.join(data, 'base-speech/noise-and-room/seminar-room-clap/spatialaudio_1.flac')
        return from_onset(read(path), 0.6) if os.path.exists(path) else None
    if name == 'hall':     # guitarix-common: a great hall, reverberation alone
        path = find(['usr/share/gx_head/sounds/greathall.wav'])
        return with_direct(from_onset(read(path), 1.8), 0) if path else None
    path = find(['usr/share/jconvolver/config-files/demo-reverbs/street2-L.wav'])  # jconvolver-config-files
    return from_onset(read(path), 0.38) if path else None


def room_far():
    """A hard room of 9 x 6 x 3 m, reverberation time 1.1 s, 4.6 m away: simulated, out of training's range."""
    return image_source(7, (9.1, 6.3, 3.1), (1.4, 1.9, 1.6), (5.9, 2.4, 0.9), 1.1, 0.9)


ROOMS = {'room-seminar': lambda data: measured('seminar', data), 'room-hall': lambda data: measured('hall', data),
         'room-street': lambda data: measured('street', data), 'room-far': lambda data: room_far()}

# Fixed responses after published curves of the kind, none drawn by the generator that training uses.
MICROPHONES = {
    'mic-case': 'highpass=f=140:p=1,equalizer=f=4300:t=q:w=3:g=11,equalizer=f=1500:t=q:w=1.5:g=-4,lowpass=f=6300:p=2',
    'mic-laptop': 'highpass=f=320:p=2,equalizer=f=900:t=q:w=2:g=5,equalizer=f=2400:t=q:w=2.5:g=-8,'
                  'equalizer=f=6200:t=q:w=2:g=7'}

CODECS = {'codec-opus': ['-c:a', 'libopus', '-b:a', '9k', '-application', 'voip', '-f', 'ogg'],
          'codec-gsm': ['-c:a', 'libgsm', '-ar', '8000', '-f', 'gsm'],
          'codec-amr': ['-c:a', 'libopencore_amrnb', '-ar', '8000', '-b:a', '4.75k', '-f', 'amr']}
LEVELS = {'level-45': -45, 'level-26': -26, 'level-10': -10}
COPIES = ['clean', *LEVELS, *ROOMS, *MICROPHONES, *CODECS]


def ffmpeg(args, data=None):
    return subprocess.run(['ffmpeg', '-nostdin', '-hide_banner', *args], input=data, check=True, capture_output=True)


RAW = ['-f', 's16le', '-ac', '1', '-ar', str(RATE)]
STATS = 'astats=measure_overall=RMS_level:measure_perchannel=none'


def rms_db(log):
    return float(re.findall(rb'RMS level dB: (-?[0-9.]+)', log)[-1])


def float_wav(path, samples):
    peak = max(abs(s) for s in samples)
    body = struct.pack('<%df' % len(samples), *[s / peak for s in samples])
    with open(path, 'wb') as f:
        f.write(struct.pack('<4sI4s4sIHHIIHH4sI', b'RIFF', 36 + len(body), b'WAVE', b'fmt ', 16, 3, 1, RATE,
                            4 * RATE, 4, 32, b'data', len(body)) + body)


def through(copy, raw, data, work):
    """The long recording `raw` (a file of 16-bit samples) as this copy has it, in bytes, or None. As loud
    as it was; a response's way from source to ear is taken out."""
    wet = os.path.join(work, 'wet.raw')
    to_wet = ['-f', 'f32le', '-ar', str(RATE), '-ac', '1', '-y', wet]
    source = [*RAW, '-i', raw]
    lead = 0
    if copy in ROOMS:
        response = ROOMS[copy](data)
        if response is None:
            return None
        path = os.path.join(work, copy + '.wav')
        float_wav(path, response)
        log = ffmpeg([*source, '-i', path, '-filter_complex', '[0:a]aformat=sample_fmts=fltp[s];'
                      '[s][1:a]afir=gtype=none:irfmt=mono:maxir=10,' + STATS, *to_wet]).stderr
        lead = max(range(len(response)), key=lambda i: abs(response[i]))
    elif copy in MICROPHONES:
        log = ffmpeg([*source, '-af', 'aformat=sample_fmts=fltp,' + MICROPHONES[copy] + ',' + STATS, *to_wet]).stderr
    else:
        path = os.path.join(work, 'codec.bin')
        try:
            ffmpeg([*source, *CODECS[copy], '-y', path])
        except subprocess.CalledProcessError:
            return None
        log = ffmpeg(['-f', CODECS[copy][-1], '-i', path, '-af', STATS, *to_wet]).stderr
    before = rms_db(ffmpeg([*source, '-af', STATS, '-f', 'null', '-']).stderr)
    out = ffmpeg(['-f', 'f32le', '-ac', '1', '-ar', str(RATE), '-i', wet, '-af',
                  'volume=%.2fdB:precision=float' % (before - rms_db(log)), *RAW, '-']).stdout
    os.remove(wet)
    return out[2 * lead:]


def make(clips, folder, data, copies=COPIES):
    """Copies of clips [(name, samples)] as FOLDER/COPY/NAME.wav; those that could be made."""
    made, long = [], None
    for copy in copies:
        to = os.path.join(folder, copy)
        done = os.path.join(to, 'done')
        if os.path.exists(done):
            made.append(copy)
            continue
        os.makedirs(to, exist_ok=True)
        if copy == 'clean' or copy in LEVELS:
            for name, samples in clips:
                x = centred(samples)
                write(os.path.join(to, name + '.wav'), x if copy == 'clean' else at_level(x, LEVELS[copy]))
        else:
            if long is None:
                long = os.path.join(folder, 'long.raw')
                with open(long, 'wb') as f:
                    for _, samples in clips:
                        f.write(centred(samples).tobytes() + bytes(2 * (PITCH - CLIP)))
            wet = through(copy, long, data, folder)
            if wet is None:
                print('no copies as %s: what it needs is not installed' % copy, file=sys.stderr)
                continue
            for i, (name, _) in enumerate(clips):
                one = wet[2 * i * PITCH:2 * (i * PITCH + CLIP)]
                write(os.path.join(to, name + '.wav'), one + bytes(2 * CLIP - len(one)))
        open(done, 'w').close()
        made.append(copy)
    return made
