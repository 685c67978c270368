# SPDX-License-Identifier: Apache-2.0
"""Hours in which a wake word is not said, and a stream in which it is: for reach.py's row `wake`.

The hours come from packages of Debian, unpacked anywhere that REACH_SOUNDS names (`dpkg -x`): real speech of
many people and languages, real music, noises of games. SOURCES judge; TAUGHT, and the words of base-speech
that the project does not have, may be learned from (`--hours`) and never judge. What is not installed gives
no hours, and the sum says so. Nothing is generated.
"""
import array
import os
import random
import subprocess

import reach_sound as sound

# Each a folder of `hours`: package, what it is, where its sound lies.
SOURCES = [
    ('asterisk-en', 'usr/share/asterisk/sounds/en_US_f_Allison'), ('asterisk-es', 'usr/share/asterisk/sounds/es_MX_f_Allison'),
    ('asterisk-fr', 'usr/share/asterisk/sounds/fr_CA_f_June'), ('asterisk-it', 'usr/share/asterisk/sounds/it_IT_m_Carlo'),
    ('asterisk-ru', 'usr/share/asterisk/sounds/ru_RU_f_IvrvoiceRU'), ('klettres', 'usr/share/klettres'),
    ('ktuberling', 'usr/share/ktuberling/sounds'), ('wesnoth', 'usr/share/games/wesnoth'),
    ('warzone', 'usr/share/games/warzone2100/music'), ('boswars', 'usr/share/games/boswars'), ('colobot', 'usr/share/games/colobot'),
    ('asterisk-moh', 'usr/share/asterisk/moh'), ('tuxpaint', 'usr/share/tuxpaint/stamps'), ('drascula', 'usr/share/scummvm/drascula')]
TAUGHT = [('asterisk-menardi', 'usr/share/asterisk/sounds/it_IT_f_Menardi'), ('hedgewars', 'usr/share/games/hedgewars/Data')]
ENDS = ('.wav', '.ogg', '.opus', '.mp3', '.flac')
NUMBERS = {'zero': '0', 'one': '1', 'two': '2', 'three': '3', 'four': '4', 'five': '5', 'six': '6', 'seven': '7', 'eight': '8', 'nine': '9'}


def says(path, word):
    """Whether the name of a file tells that it may hold the word; English prompts of numbers do."""
    name = os.path.basename(path).lower().rsplit('.', 1)[0]
    folder = os.path.basename(os.path.dirname(path)).lower()
    return word in name or (word in NUMBERS and (folder == 'digits' or NUMBERS[word] in name))


def files_of(place):
    for root in [r for r in os.environ.get('REACH_SOUNDS', '').split(':') if r] + ['/']:
        out, seen = [], set()
        for folder, _, names in os.walk(os.path.join(root, place)):
            for name in sorted(names):
                path = os.path.join(folder, name)
                if name.lower().endswith(ENDS) and os.path.realpath(path) not in seen:
                    seen.add(os.path.realpath(path))
                    out.append(path)
        if out:
            return sorted(out)
    return []


def joined(paths, out):
    """Recordings one behind the other at 16 kHz; what ffmpeg cannot read is left out."""
    with open(out + '.raw', 'wb') as f:
        for i in range(0, len(paths), 40):
            part = paths[i:i + 40]
            args = [a for p in part for a in ('-i', p)]
            n = len(part)
            graph = ';'.join('[%d:a]aresample=16000,aformat=sample_fmts=s16:channel_layouts=mono[a%d]' % (k, k) for k in range(n))
            graph += ';' + ''.join('[a%d]' % k for k in range(n)) + 'concat=n=%d:v=0:a=1[o]' % n
            done = subprocess.run(['ffmpeg', '-nostdin', '-v', 'error', *args, '-filter_complex', graph, '-map', '[o]', *sound.RAW, '-'],
                                  capture_output=True)
            if done.returncode == 0:
                f.write(done.stdout)
            else:
                for p in part:
                    f.write(subprocess.run(['ffmpeg', '-nostdin', '-v', 'error', '-i', p, *sound.RAW, '-'], capture_output=True).stdout)
    with open(out + '.raw', 'rb') as f:
        k = 0
        while True:  # files of 20 minutes
            data = f.read(2 * sound.RATE * 1200)
            if len(data) < 2 * sound.RATE:
                break
            sound.write('%s-%d.wav' % (out, k), data)
            k += 1
    os.remove(out + '.raw')


def hours(folder, word, sources, clips=()):
    """FOLDER/SOURCE/*.wav of each source that is there, and of `clips` (paths), without the word."""
    for name, place in sources + ([('base-speech', None)] if clips else []):
        to = os.path.join(folder, name)
        if os.path.exists(os.path.join(to, '.done')):
            continue
        os.makedirs(to, exist_ok=True)
        paths = clips if place is None else files_of(place)
        kept = [p for p in paths if not says(p, word)]
        if name not in ('asterisk-en', 'hedgewars', 'tuxpaint', 'base-speech'):
            kept = paths  # other languages, music
        joined(kept, os.path.join(to, name))
        open(os.path.join(to, '.done'), 'w').close()


def spoken(folder, word, clips, seed):
    """The word's clips 2 to 4 s apart in the hiss of a quiet room, and a label track."""
    rng = random.Random(seed)
    long, lines = array.array('h'), []

    def hiss(n):
        long.extend(array.array('h', (int(rng.gauss(0, 12)) for _ in range(n))))

    hiss(3 * sound.RATE)
    for path in clips:
        x = sound.read(path)
        lines.append('%.3f\t%.3f\t%s' % (len(long) / sound.RATE, (len(long) + len(x)) / sound.RATE, word))
        long.extend(sound.clamp(s + rng.gauss(0, 12)) for s in x)
        hiss(rng.randrange(2 * sound.RATE, 4 * sound.RATE))
    sound.write(os.path.join(folder, 'spoken', word + '.wav'), long)
    with open(os.path.join(folder, 'spoken', word + '.txt'), 'w') as f:
        f.write('\n'.join(lines) + '\n')
