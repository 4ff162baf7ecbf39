#!/usr/bin/env python3
"""A roofline chart of the training step of the six networks, on one thread.

usage: roofline.py LOG OUT.svg [--peak GFLOPS] [--memory GBS] [--cache GBS]

LOG is what compare.py --log wrote. A point's height is what a step computes in direct convolutions (so
Winograd's savings count as speed) by the best time measured; its place along the axis is that count over the
bytes that must go to memory and back: ten passes over the weights (forward, backward, gradient, optimizer),
two over what is kept for backward, two over the pictures. Peak, and the bandwidths of memory and of the last
cache, are the machine's; the values by default are those of the machine in docs/performance.md."""
import argparse, json, math

# (convolutions: height, width of the output, in, out, kernel, pooled after), dense sizes, picture values, batch
NETWORKS = {
    'catdog64': ([(62, 62, 3, 32, 3, 1), (29, 29, 32, 32, 3, 1)], [6272, 128, 1], 64 * 64 * 3, 32),
    'cifar10': ([(32, 32, 3, 32, 4, 1), (16, 16, 32, 64, 4, 1)], [4096, 1024, 10], 32 * 32 * 3, 100),
    'flowers150': ([(150, 150, 3, 32, 5, 1), (75, 75, 32, 64, 3, 1), (37, 37, 64, 96, 3, 1), (18, 18, 96, 96, 3, 1)],
                   [7776, 512, 5], 150 * 150 * 3, 32),
    'intel150': ([(148, 148, 3, 32, 3, 1), (72, 72, 32, 32, 3, 1)], [41472, 128, 6], 150 * 150 * 3, 32),
    'vgg16_150': ([(150, 150, 3, 64, 3, 0), (150, 150, 64, 64, 3, 1), (75, 75, 64, 128, 3, 0), (75, 75, 128, 128, 3, 1),
                   (37, 37, 128, 256, 3, 0), (37, 37, 256, 256, 3, 0), (37, 37, 256, 256, 3, 1),
                   (18, 18, 256, 512, 3, 0), (18, 18, 512, 512, 3, 0), (18, 18, 512, 512, 3, 1),
                   (9, 9, 512, 512, 3, 0), (9, 9, 512, 512, 3, 0), (9, 9, 512, 512, 3, 1)],
                  [8192, 256, 6], 150 * 150 * 3, 8),
    'mlp_mnist': ([], [784, 512, 512, 10], 784, 128),
}

PLACES = {'cifar10': (4, -9, 'start'), 'intel150': (-9, -4, 'end'), 'catdog64': (9, 14, 'start')}  # of names


def step(name):
    """flops and compulsory bytes of a training step"""
    convs, dense, picture, batch = NETWORKS[name]
    flops = weights = kept = 0
    for i, (h, w, c, k, size, pooled) in enumerate(convs):
        forward = 2 * h * w * c * k * size * size
        flops += forward * (3 if i else 2)
        weights += c * k * size * size + k
        kept += (h // 2) * (w // 2) * k * 5 if pooled else h * w * k * 4
    for i, (a, b) in enumerate(zip(dense, dense[1:])):
        flops += 2 * a * b * (3 if i or convs else 2)
        weights += a * b + b
        kept += b * 4
    return batch * flops, 40 * weights + 2 * batch * (kept + 4 * picture)


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument('log'), a.add_argument('out')
    a.add_argument('--peak', type=float, default=103), a.add_argument('--memory', type=float, default=20)
    a.add_argument('--cache', type=float, default=50)
    a = a.parse_args()
    best = {}
    for line in open(a.log):
        r = json.loads(line)
        if r['threads'] == 1 and r['model'] in NETWORKS:
            who = 'Cornu' if r['program'] == 'cornu' else 'PyTorch' if 'torch' in r['program'] else 'Keras'
            key = (who, r['model'])
            best[key] = max(best.get(key, 0), r['train_img_s'])
    left, top, width, height, low_x, high_x, low_y, high_y = 70, 40, 620, 380, 2, 1000, 8, 400
    px = lambda v: left + width * math.log(v / low_x) / math.log(high_x / low_x)
    py = lambda v: top + height * (1 - math.log(v / low_y) / math.log(high_y / low_y))
    s = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 480" font-family="sans-serif" font-size="13">',
         '<rect width="720" height="480" fill="#fff"/>',
         '<text x="70" y="24" font-size="16">Training on one core: work done against bytes that must move</text>']
    for v in (2, 5, 10, 30, 100, 300, 1000):
        s.append(f'<line x1="{px(v):.1f}" x2="{px(v):.1f}" y1="{top}" y2="{top + height}" stroke="#e5e5e5"/>'
                 f'<text x="{px(v):.1f}" y="{top + height + 18}" text-anchor="middle">{v}</text>')
    for v in (10, 30, 100, 300):
        s.append(f'<line x1="{left}" x2="{left + width}" y1="{py(v):.1f}" y2="{py(v):.1f}" stroke="#e5e5e5"/>'
                 f'<text x="{left - 8}" y="{py(v) + 4:.1f}" text-anchor="end">{v}</text>')
    s.append(f'<text x="{left + width / 2}" y="{top + height + 42}" text-anchor="middle">flops a byte</text>'
             f'<text transform="translate(22 {top + height / 2}) rotate(-90)" text-anchor="middle">GFLOP/s (direct convolutions)</text>')
    s.append(f'<line x1="{left}" x2="{left + width}" y1="{py(a.peak):.1f}" y2="{py(a.peak):.1f}" stroke="#555" stroke-width="1.5"/>'
             f'<text x="{left + width}" y="{py(a.peak) - 6:.1f}" text-anchor="end" fill="#555">peak of the core, {a.peak:.0f} GFLOP/s</text>')
    for rate, what in ((a.memory, 'memory'),):
        knee = a.peak / rate
        if knee > low_x:
            s.append(f'<line x1="{px(low_x):.1f}" x2="{px(knee):.1f}" y1="{py(low_x * rate):.1f}" y2="{py(a.peak):.1f}" stroke="#555" stroke-dasharray="5 4"/>'
                     f'<text x="{px(low_x) + 8:.1f}" y="{py(low_x * rate) + 4:.1f}" fill="#555">{what}, {rate:.0f} GB/s</text>')
    colours = {'Cornu': '#c0392b', 'PyTorch': '#2c6fbb', 'Keras': '#888'}
    for (who, name), rate in best.items():
        flops, moved = step(name)
        batch = NETWORKS[name][3]
        x, y = px(flops / moved), py(max(low_y, flops / batch * rate * 1e-9))
        s.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{colours[who]}"/>')
        if who == 'Cornu':
            dx, dy, anchor = PLACES.get(name, (9, -7, 'start'))
            s.append(f'<text x="{x + dx:.1f}" y="{y + dy:.1f}" text-anchor="{anchor}">{name}</text>')
    for i, who in enumerate(colours):
        s.append(f'<circle cx="{left + 14 + 90 * i}" cy="{top + 16}" r="5" fill="{colours[who]}"/>'
                 f'<text x="{left + 24 + 90 * i}" y="{top + 20}">{who}</text>')
    open(a.out, 'w').write('\n'.join(s) + '\n</svg>\n')
    for name in NETWORKS:
        flops, moved = step(name)
        print(f'{name:12s} {flops * 1e-9:8.2f} GFLOP a step, {moved * 1e-6:7.1f} MB, {flops / moved:6.1f} flops a byte')


main()
