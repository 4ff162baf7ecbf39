#!/usr/bin/env python3
"""Cornu, PyTorch and Keras side by side, taking turns, and a table of ratios to the better of the two peers.

usage: compare.py MODEL_BENCH [--torch PYTHON] [--keras PYTHON] [--models A,B] [--threads 1,2]
                  [--seconds S] [--rounds R] [--batch N] [--log FILE]

PYTHON is an interpreter that has torch, or keras with tensorflow-cpu; a peer without one is left out. PyTorch
runs in both memory layouts. Each round measures every program once, one after the other, so that a slow
minute of the machine falls on all of them; the best is taken over all rounds, the median is the median of the
rounds' medians. FILE gets each measurement as one JSON line."""
import argparse, json, os, statistics, subprocess, sys

HERE = os.path.dirname(os.path.abspath(__file__))
MODELS = 'catdog64,cifar10,flowers150,intel150,vgg16_150,mlp_mnist,lstm_stock'
HIGHER = ('train_img_s', 'infer_img_s')


def measure(command):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True)
    lines = [line for line in done.stdout.splitlines() if line.startswith('{')]
    if done.returncode or not lines:
        sys.exit(f'{command[0]} failed: {done.stderr.strip()[-500:]}')
    return json.loads(lines[-1])


def summary(rounds):
    """best and median of each number over the rounds of one program"""
    result = {'peak_rss_mb': min(r['peak_rss_mb'] for r in rounds)}
    for key in (*HIGHER, 'batch1_ms'):
        best = max if key in HIGHER else min
        result[key] = (best(r[key] for r in rounds), statistics.median(r[key + '_median'] for r in rounds))
    return result


def table(title, results):
    cornu, peers = results['cornu'], {k: v for k, v in results.items() if k != 'cornu'}
    print(f'\n{title}')
    for key in (*HIGHER, 'batch1_ms'):
        line = f'  {key:12s} cornu {cornu[key][0]:9.4g} ({cornu[key][1]:9.4g})'
        for name, r in peers.items():
            line += f'  {name} {r[key][0]:9.4g} ({r[key][1]:9.4g})'
        if peers:
            best = max if key in HIGHER else min
            ratios = [cornu[key][i] / best(r[key][i] for r in peers.values()) for i in (0, 1)]
            line += f'  ratio {ratios[0]:5.2f} ({ratios[1]:5.2f})'
        print(line)
    line = f'  peak MB      cornu {cornu["peak_rss_mb"]:9.0f}'
    for name, r in peers.items():
        line += f'  {name} {r["peak_rss_mb"]:9.0f}'
    print(line, flush=True)


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument('model_bench')
    a.add_argument('--torch'), a.add_argument('--keras')
    a.add_argument('--models', default=MODELS), a.add_argument('--threads', default='1,2')
    a.add_argument('--seconds', type=float, default=4), a.add_argument('--rounds', type=int, default=3)
    a.add_argument('--batch'), a.add_argument('--log')
    a = a.parse_args()
    print('best (median); ratio of Cornu to the better peer: img/s higher is better, ms lower is better')
    for model in a.models.split(','):
        for threads in a.threads.split(','):
            programs = {'cornu': [a.model_bench, '--model', model, '--threads', threads, '--seconds', a.seconds,
                                  '--json']}
            if a.torch:
                for layout in ('nchw', 'nhwc'):
                    programs['torch ' + layout] = [a.torch, os.path.join(HERE, 'torch_bench.py'), model, threads,
                                                   a.seconds, layout]
            if a.keras:
                programs['keras'] = [a.keras, os.path.join(HERE, 'keras_bench.py'), model, threads, a.seconds]
            if a.batch:
                for name, command in programs.items():
                    command += ['--batch', a.batch] if name == 'cornu' else [a.batch]
            rounds = {name: [] for name in programs}
            for _ in range(a.rounds):
                for name, command in programs.items():
                    rounds[name].append(measure(command))
                    if a.log:
                        with open(a.log, 'a') as log:
                            log.write(json.dumps({'program': name, **rounds[name][-1]}) + '\n')
            table(f'{model}, {threads} thread{"s" * (threads != "1")}', {n: summary(r) for n, r in rounds.items()})


main()
