#!/usr/bin/env python3
"""Does real Keras open what Cornu writes, and go on where Cornu stopped, and the other way round?
usage: check_with_keras.py PROGRAM GOLDEN_DIR [--only SUBSTRING]
PROGRAM is the program `cornu`, GOLDEN_DIR a folder that make_golden.py made (models/ and fit/). Needs pip packages keras and
tensorflow; a check for developers, no test depends on it. Closes with 'N passed, N failed'; exit status 1 when a case failed.

models: Cornu converts each to .keras and .h5; Keras opens both and predicts the numbers in the case (1e-5).
fit:    Cornu trains, Keras opens the result and trains as long again: it must be where Cornu is when it goes on itself.
        Cornu goes on from the file that Keras saved after its training: it must be where Keras is when it goes on itself.
        And Keras after Cornu, and Cornu alone, must be where Keras alone is, in float64 and in float32. All within 1e-4 of
        a weight's largest value. Only next to float64 where Keras itself is more than half of that from it: it would
        measure Keras' rounding. That is fit/loss_mape, where 0.05 * 100 / |y| makes large steps, which turn the 4e-6 that
        Keras is off after half of the training into 9e-5 (Cornu: 2e-6 and 3e-5). Such cases are printed.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
import zipfile

os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
os.environ.setdefault('KERAS_BACKEND', 'tensorflow')
os.environ.setdefault('TF_ENABLE_ONEDNN_OPTS', '0')
import keras  # noqa: E402
import numpy as np  # noqa: E402


def run(*command):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=600)
    if done.returncode:
        raise RuntimeError((done.stderr.strip() or 'no message').splitlines()[-1][:300])


def numbered(folder, stem):
    out = []
    while os.path.exists(os.path.join(folder, f'{stem}{len(out)}.npy')):
        out.append(np.load(os.path.join(folder, f'{stem}{len(out)}.npy')))
    return out


def difference(got, want, what):
    if got.shape != want.shape:
        raise RuntimeError(f'{what}: shape {got.shape}, expected {want.shape}')
    scale = max(1e-3, float(np.max(np.abs(want), initial=0)))
    return float(np.max(np.abs(got.astype('float64') - want), initial=0)) / scale


def close(got, want, limit, what):
    error = difference(got, want, what)
    if not error <= limit:
        raise RuntimeError(f'{what}: off by {error:.2e} of the largest value (limit {limit:.0e})')


LIMIT = 1e-4  # of the largest value of a weight, after training


def weights_of(model):
    # The gradient of a key's bias is zero but for rounding (softmax takes no notice of what all scores have in common),
    # and Adam makes whole steps of rounding.
    return [(w.path, w.numpy()) for w in model.weights if not w.path.endswith('key/bias')]


def close_weights(model, whole, what):
    for (path, got), (_, want) in zip(weights_of(model), weights_of(whole), strict=True):
        close(got, want, LIMIT, f'{what}, weight {path}')


def farthest(model, whole):
    pairs = zip(weights_of(model), weights_of(whole), strict=True)
    return max(difference(got, want, path) for (path, got), (_, want) in pairs)


def outputs(model, x):
    y = model.predict(x if len(x) > 1 else x[0], verbose=0)
    return list(y.values()) if isinstance(y, dict) else y if isinstance(y, (list, tuple)) else [y]


def check_model(program, folder, file, work):
    source, weights = os.path.join(folder, file), []
    if file.endswith('.weights.h5'):
        source, weights = os.path.join(folder, 'model.keras'), ['--weights', source]
    for ending in ('keras', 'h5'):
        written = os.path.join(work, 'm.' + ending)
        run(program, 'convert', source, written, *weights)
        got = outputs(keras.saving.load_model(written, compile=False), numbered(folder, 'x'))
        for k, want in enumerate(numbered(folder, 'y')):
            close(np.asarray(got[k]), want, 1e-5, f'.{ending}, output {k}')


class Fit:
    """One fit case: how Keras and the program train it."""

    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        self.how = json.load(open(os.path.join(folder, 'fit.json')))
        self.x, self.y = numbered(folder, 'x'), numbered(folder, 'y')
        weight = os.path.join(folder, 'sample_weight.npy')
        self.sample_weight = weight if os.path.exists(weight) else None

    def with_keras(self, model, first, last):
        more = {}
        if self.sample_weight:
            more['sample_weight'] = np.load(self.sample_weight)
        if 'class_weight' in self.how:
            more['class_weight'] = {int(k): v for k, v in self.how['class_weight'].items()}
        for key in ('validation_split', 'steps_per_epoch'):
            if key in self.how:
                more[key] = self.how[key]
        single = lambda values: values if len(values) > 1 else values[0]  # noqa: E731
        model.fit(single(self.x), single(self.y), batch_size=self.how['batch_size'], epochs=last, initial_epoch=first,
                  shuffle=False, verbose=0, **more)

    def in_float64(self, source, half, work):
        """What Keras has after all epochs, without its rounding."""
        double = os.path.join(work, 'double.keras')
        with zipfile.ZipFile(source) as old, zipfile.ZipFile(double, 'w') as new:
            for name in old.namelist():
                data = old.read(name)
                if name == 'config.json':
                    config = json.loads(data.replace(b'"float32"', b'"float64"'))
                    config['compile_config'].update(metrics=None, weighted_metrics=None)  # some know float32 only
                    data = json.dumps(config)
                new.writestr(name, data)
        keras.config.set_floatx('float64')
        try:
            model = keras.saving.load_model(double)
            assert all(w.dtype != 'float32' for w in model.weights)
            self.with_keras(model, 0, half)
            self.with_keras(model, half, 2 * half)
            return model
        finally:
            keras.config.set_floatx('float32')

    def with_cornu(self, source, target, first, last):
        data = []
        for name, values in (('x', self.x), ('y', self.y)):
            for k in range(len(values)):
                data += ['--' + name, os.path.join(self.folder, f'{name}{k}.npy')]
        more = ['--epochs', last, '--initial-epoch', first, '--batch-size', self.how['batch_size'], '--no-shuffle']
        for key in ('validation_split', 'steps_per_epoch'):
            if key in self.how:
                more += ['--' + key.replace('_', '-'), self.how[key]]
        if 'class_weight' in self.how:
            more += ['--class-weight', ','.join(f'{k}={v}' for k, v in self.how['class_weight'].items())]
        if self.sample_weight:
            more += ['--sample-weight', self.sample_weight]
        run(self.program, 'fit', source, *data, *more, '--output', target)


def check_fit(program, folder, work):
    """Returns a line when Keras' own rounding is too large to compare with."""
    case = Fit(program, folder)
    half, start, end = case.how['epochs'], os.path.join(folder, 'start.keras'), os.path.join(folder, 'end.keras')
    keras_whole = keras.saving.load_model(start)
    case.with_keras(keras_whole, 0, half)
    case.with_keras(keras_whole, half, 2 * half)
    exact = case.in_float64(start, half, work)
    cornu_half, cornu_end = os.path.join(work, 'half.keras'), os.path.join(work, 'whole.keras')
    case.with_cornu(start, cornu_half, 0, half)  # two calls of fit as for Keras: averages replace weights after each
    case.with_cornu(cornu_half, cornu_end, half, 2 * half)
    cornu_whole = keras.saving.load_model(cornu_end)
    for ending in ('h5', 'keras'):
        written = os.path.join(work, 't.' + ending)
        case.with_cornu(start, written, 0, half)
        name = type(keras_whole.optimizer).__name__.lower()
        if ending == 'h5' and name not in keras.src.optimizers.ALL_OBJECTS_DICT:
            continue  # Keras 3.15 saves Lamb in .h5 files and does not find it there
        model = keras.saving.load_model(written)
        if ending == 'h5':  # Keras 3.15 does not get the state of an optimizer out of its own .h5 files
            case.with_keras(model, half, half + 1)
            continue
        if int(model.optimizer.iterations) != int(keras_whole.optimizer.iterations) // 2:
            raise RuntimeError(f'.{ending}: Keras reads {int(model.optimizer.iterations)} iterations')
        case.with_keras(model, half, 2 * half)
    close_weights(model, cornu_whole, 'Keras after Cornu, next to Cornu alone')
    wholes = {'Keras alone in float64': exact, 'Keras alone': keras_whole}
    rounding, note = farthest(keras_whole, exact), None
    if rounding > LIMIT / 2:
        del wholes['Keras alone']
        note = (f'Keras alone is {rounding:.2e} from itself in float64; next to it Keras after Cornu is '
                f'{farthest(model, keras_whole):.2e}, Cornu alone {farthest(cornu_whole, keras_whole):.2e}')
    for name, whole in wholes.items():
        close_weights(model, whole, f'Keras after Cornu, next to {name}')
        close_weights(cornu_whole, whole, f'Cornu alone, next to {name}')
    case.with_cornu(end, os.path.join(work, 'c.keras'), half, 2 * half)
    back = keras.saving.load_model(os.path.join(work, 'c.keras'))
    close_weights(back, keras_whole, 'Cornu after Keras, next to Keras alone')
    return note


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('program')
    parser.add_argument('golden')
    parser.add_argument('--only', default='')
    arguments = parser.parse_args()
    good = bad = 0
    for case in json.load(open(os.path.join(arguments.golden, 'MANIFEST.json')))['cases']:
        if case['kind'] not in ('models', 'fit') or arguments.only not in case['name']:
            continue
        folder = os.path.join(arguments.golden, case['kind'], case['name'])
        with tempfile.TemporaryDirectory() as work:
            try:
                if case['kind'] == 'models':
                    check_model(arguments.program, folder, case['file'], work)
                else:
                    note = check_fit(arguments.program, folder, work)
                    if note:
                        print('NOTE', case['kind'], case['name'], '-', note, flush=True)
                good += 1
            except Exception as error:  # noqa: BLE001: a case that fails must not stop the others
                bad += 1
                print('FAIL', case['kind'], case['name'], '-', ' '.join(str(error).split())[:400], flush=True)
        keras.backend.clear_session()
    print(f'{good} passed, {bad} failed')
    return 1 if bad or not good else 0


if __name__ == '__main__':
    sys.exit(main())
