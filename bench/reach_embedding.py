# SPDX-License-Identifier: Apache-2.0
"""The rows of reach.py for a public speech embedding of 1.3 MB (float) with a classifier on top of it:
what another's model, that has heard far more people than ours, makes of the same clips.

    reach_embedding.py MODELS DATA WORK words|arabic|arabic-open|synthetic|unopened .. [as reach.py]
    reach.py show WORK

MODELS has melspectrogram.onnx and embedding_model.onnx as PyPI's openwakeword 0.5.1 brings them (the folder
openwakeword/resources/models of its wheel). Wants numpy, onnxruntime and scikit-learn.

A clip is the embeddings of three windows of 0.76 s (its beginning, middle and end; the clip has 0.2 s of
nothing on both sides) and the greatest of all windows. Each clip that learns is there as it is and
twice more in noise of the project's own backgrounds, 5 to 20 dB; seconds of those are silence. --recipe
logistic or svm names the classifier (C 0.02 and 3: not tuned).
"""
import glob
import os
import random

import numpy
import onnxruntime
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

import reach
import reach_sound as sound

WINDOW, STEP, BANDS, WIDTH = 76, 8, 32, 96  # frames of 10 ms; mel bands; numbers of an embedding
CLASSIFIERS = {'logistic': lambda: LogisticRegression(C=0.02, max_iter=2000), 'svm': lambda: SVC(C=3)}


class Embedding(reach.Bench):
    def __init__(self, args):
        super().__init__(args)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.mel, self.net = (onnxruntime.InferenceSession(os.path.join(self.mote, name), options)
                              for name in ('melspectrogram.onnx', 'embedding_model.onnx'))
        self.known_features = {}
        self.fitted = None

    def features(self, samples):
        """Of a second of 16-bit samples."""
        padded = numpy.pad(numpy.asarray(samples, numpy.float32), 3200)[None]
        mel = self.mel.run(None, {self.mel.get_inputs()[0].name: padded})[0].reshape(-1, BANDS) / 10 + 2
        windows = numpy.stack([mel[i:i + WINDOW] for i in range(0, len(mel) - WINDOW + 1, STEP)])[..., None]
        e = self.net.run(None, {self.net.get_inputs()[0].name: windows})[0].reshape(-1, WIDTH)
        return numpy.concatenate([e[1], e[len(e) // 2], e[-2], e.max(axis=0)])

    def of_file(self, path):
        if path not in self.known_features:
            self.known_features[path] = self.features(sound.centred(sound.read(path)))
        return self.known_features[path]

    def project(self, name, settings, learn, test, backgrounds):
        keys = dict(settings)
        keywords = keys.get('keywords', '[%s]' % ', '.join(reach.WORDS)).strip('[]').replace(' ', '').split(',')
        is_open = keys.get('unknown', 'true') == 'true'
        draw = random.Random(int(keys['training.seed']))
        noises = [sound.read(p) for b in backgrounds for p in sorted(glob.glob(os.path.join(b, '*.wav')))]
        x, y = [], []
        for c in learn:
            clip = numpy.asarray(sound.centred(sound.read(c.path)), numpy.float32)
            label = c.word if c.word in keywords else '_unknown_'
            if label == '_unknown_' and not is_open:
                continue
            x += [self.of_file(c.path)] + [self.features(in_noise(clip, draw.choice(noises), draw)) for _ in range(2)]
            y += 3 * [label]
        if is_open:
            for noise in noises:
                for i in range(0, min(len(noise), 60 * sound.RATE) - sound.CLIP, sound.CLIP):
                    x.append(self.features(noise[i:i + sound.CLIP]))
                    y.append('_silence_')
        self.fitted = make_pipeline(StandardScaler(), CLASSIFIERS[self.args.recipe]()).fit(x, y)
        folder = os.path.join(self.work, 'projects', name)
        os.makedirs(folder, exist_ok=True)
        return folder, {'stages': {'train': {'run': self.args.recipe}, 'plan': {}}}, {'wall_s': 0, 'cpu_s': 0}

    def predict(self, folder, model, paths):
        said = self.fitted.predict([self.of_file(p) for p in paths])
        return {p: {'label': s} for p, s in zip(paths, said)}


def in_noise(clip, noise, draw):
    at = draw.randrange(len(noise) - sound.CLIP)
    n = numpy.asarray(noise[at:at + sound.CLIP], numpy.float32)
    power = numpy.square(clip).sum() / max(1.0, numpy.square(n).sum())
    return numpy.clip(clip + n * numpy.sqrt(power / 10 ** (draw.uniform(5, 20) / 10)), -32768, 32767)


if __name__ == '__main__':
    reach.main(Embedding)
