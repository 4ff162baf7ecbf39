#!/usr/bin/env python3
"""PyTorch on one of model_bench's networks, as model_bench measures: one JSON object.
usage: torch_bench.py MODEL THREADS SECONDS nchw|nhwc [BATCH]"""
import sys
import torch, torch.nn as nn, torch.nn.functional as F
from measuring import measure, report

name, threads, seconds, layout = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), sys.argv[4]
torch.set_num_threads(threads)
torch.manual_seed(0)


def convs(*blocks):
    """Each block: (channels in, channels out, kernel, padding) convolutions, then a pooling."""
    layers = []
    for block in blocks:
        for c, k, size, padding in block:
            layers += [nn.Conv2d(c, k, size, padding=padding), nn.ReLU()]
        layers.append(nn.MaxPool2d(2))
    return layers + [nn.Flatten()]


def dense(*sizes):
    layers = []
    for a, b in zip(sizes[:-2], sizes[1:-1]):
        layers += [nn.Linear(a, b), nn.ReLU()]
    return layers + [nn.Linear(*sizes[-2:])]


def vgg():
    blocks, c = [], 3
    for sizes in ([64] * 2, [128] * 2, [256] * 3, [512] * 3, [512] * 3):
        block = []
        for k in sizes:
            block.append((c, k, 3, 1))
            c = k
        blocks.append(block)
    return convs(*blocks)


def global_conv(c, k, size):
    return [nn.Conv2d(c, k, size, padding=size // 2), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
            nn.Linear(k, 10)]


class Stock(nn.Module):
    """four LSTM(50) with dropout, and one number from the last step"""

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList(nn.LSTM(50 if i else 1, 50, batch_first=True) for i in range(4))
        self.drop, self.out = nn.Dropout(.2), nn.Linear(50, 1)

    def forward(self, x):
        for layer in self.layers:
            x = self.drop(layer(x)[0])
        return self.out(x[:, -1])


def two_convs(flat):
    return convs([(3, 32, 3, 0)], [(32, 32, 3, 0)]) + dense(flat, 128, 1 if flat < 10000 else 6)


MODELS = {  # layers, input, batch, classes
    'catdog64': (lambda: two_convs(14 * 14 * 32), (3, 64, 64), 32, 1),
    'cifar10': (lambda: convs([(3, 32, 4, 'same')], [(32, 64, 4, 'same')]) +
                [nn.Linear(4096, 1024), nn.ReLU(), nn.Dropout(.5), nn.Linear(1024, 10)], (3, 32, 32), 100, 10),
    'flowers150': (lambda: convs([(3, 32, 5, 2)], [(32, 64, 3, 1)], [(64, 96, 3, 1)], [(96, 96, 3, 1)]) +
                   dense(9 * 9 * 96, 512, 5), (3, 150, 150), 32, 5),
    'intel150': (lambda: two_convs(36 * 36 * 32), (3, 150, 150), 32, 6),
    'vgg16_150': (lambda: vgg() + dense(4 * 4 * 512, 256, 6), (3, 150, 150), 8, 6),
    'mlp_mnist': (lambda: [nn.Flatten(), nn.Linear(784, 512), nn.ReLU(), nn.Dropout(.2), nn.Linear(512, 512),
                           nn.ReLU(), nn.Dropout(.2), nn.Linear(512, 10)], (1, 28, 28), 128, 10),
    'lstm_stock': (lambda: [Stock()], (60, 1), 32, 0),
    'dense2048': (lambda: dense(2048, 2048, 10), (2048,), 32, 10),
    'conv512': (lambda: global_conv(512, 512, 3), (512, 14, 14), 8, 10),
    'kernel31': (lambda: global_conv(1, 1, 31), (1, 1000, 1000), 1, 10),
}
make, shape, batch, classes = MODELS[name]
batch = int(sys.argv[5]) if len(sys.argv) > 5 else batch
model = nn.Sequential(*make())
x = torch.rand(batch, *shape)
y = torch.randint(0, classes, (batch,)) if classes > 1 else torch.randint(0, 2, (batch, 1)).float()
losses = {0: F.mse_loss, 1: F.binary_cross_entropy_with_logits}
if layout == 'nhwc' and len(shape) == 3:
    model, x = model.to(memory_format=torch.channels_last), x.to(memory_format=torch.channels_last)
one = x[:1].clone(memory_format=torch.channels_last if layout == 'nhwc' and len(shape) == 3 else torch.contiguous_format)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, foreach=True)


def step():
    optimizer.zero_grad()
    out = model(x)
    loss = losses.get(classes, F.cross_entropy)(out, y)
    loss.backward()
    optimizer.step()


model.train()
train = measure(step, seconds)
model.eval()
with torch.inference_mode():
    infer = measure(lambda: model(x), seconds)
    single = measure(lambda: model(one), seconds / 2)
report(name, batch, threads, train, infer, single)
