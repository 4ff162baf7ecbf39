#!/usr/bin/env python3
"""Keras on TensorFlow on one of model_bench's networks, as model_bench measures: one JSON object.
usage: keras_bench.py MODEL THREADS SECONDS [BATCH]"""
import os, sys
os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
os.environ['CUDA_VISIBLE_DEVICES'] = '-1'
import numpy as np, tensorflow as tf, keras
from keras import layers as L
from measuring import measure, report

name, threads, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
tf.config.threading.set_intra_op_parallelism_threads(threads)
tf.config.threading.set_inter_op_parallelism_threads(1)
keras.utils.set_random_seed(0)


def convs(padding, *blocks):
    layers = []
    for block in blocks:
        layers += [L.Conv2D(filters, size, padding=padding, activation='relu') for filters, size in block]
        layers.append(L.MaxPooling2D(2))
    return layers + [L.Flatten()]


def dense(*units):
    return [L.Dense(u, activation='relu') for u in units]


def global_conv(filters, size):
    return [L.Conv2D(filters, size, padding='same', activation='relu'), L.GlobalAveragePooling2D()]


two_convs = lambda: convs('valid', [(32, 3)], [(32, 3)]) + dense(128)
VGG = [[(64, 3)] * 2, [(128, 3)] * 2, [(256, 3)] * 3, [(512, 3)] * 3, [(512, 3)] * 3]
MODELS = {  # layers, input, batch, classes
    'catdog64': (two_convs, (64, 64, 3), 32, 1),
    'cifar10': (lambda: convs('same', [(32, 4)], [(64, 4)]) + dense(1024) + [L.Dropout(.5)], (32, 32, 3), 100, 10),
    'flowers150': (lambda: convs('same', [(32, 5)], [(64, 3)], [(96, 3)], [(96, 3)]) + dense(512),
                   (150, 150, 3), 32, 5),
    'intel150': (two_convs, (150, 150, 3), 32, 6),
    'vgg16_150': (lambda: convs('same', *VGG) + dense(256), (150, 150, 3), 8, 6),
    'mlp_mnist': (lambda: [L.Flatten(), *dense(512), L.Dropout(.2), *dense(512), L.Dropout(.2)],
                  (28, 28, 1), 128, 10),
    'lstm_stock': (lambda: sum([[L.LSTM(50, return_sequences=i < 3), L.Dropout(.2)] for i in range(4)], []), (60, 1),
                   32, 0),
    'dense2048': (lambda: dense(2048), (2048,), 32, 10),
    'conv512': (lambda: global_conv(512, 3), (14, 14, 512), 8, 10),
    'kernel31': (lambda: global_conv(1, 31), (1000, 1000, 1), 1, 10),
}
make, shape, batch, classes = MODELS[name]
batch = int(sys.argv[4]) if len(sys.argv) > 4 else batch
last = L.Dense(max(classes, 1), activation={0: None, 1: 'sigmoid'}.get(classes, 'softmax'))
model = keras.Sequential([keras.Input(shape), *make(), last])
model.compile('adam', {0: 'mse', 1: 'binary_crossentropy'}.get(classes, 'sparse_categorical_crossentropy'))
rng = np.random.default_rng(0)
x = tf.constant(rng.random((batch, *shape), 'float32'))
y = tf.constant(rng.integers(0, max(classes, 2), (batch, 1)).astype('float32'))
one = x[:1]
# tf.function without the overhead of model.predict: the fastest that Keras offers
forward = tf.function(lambda a: model(a, training=False))
train = measure(lambda: model.train_on_batch(x, y), seconds)
infer = measure(lambda: forward(x).numpy(), seconds)
single = measure(lambda: forward(one).numpy(), seconds / 2)
report(name, batch, threads, train, infer, single)
