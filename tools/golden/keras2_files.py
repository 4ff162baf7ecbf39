"""Writes tests/golden/keras/keras2: files of Keras 2 with what Keras 2 itself computes from them.

usage: keras2_files.py FOLDER     Needs the pip package tf_keras, which is Keras 2.
"""
import json
import sys

import numpy as np
import tf_keras as keras

layers, optimizers, legacy = keras.layers, keras.optimizers, keras.optimizers.legacy
folder = sys.argv[1]
random = np.random.default_rng(0)


def trained():
    """Three steps, the file, four steps more whose losses are the numbers."""
    x = random.normal(size=(24, 5)).astype("float32")
    y = keras.utils.to_categorical(random.integers(0, 3, 24), 3)
    np.save(f"{folder}/x.npy", x)
    np.save(f"{folder}/y.npy", y.astype("float32"))
    cases = {
        "adam_legacy.h5": legacy.Adam(0.01),
        "rmsprop_legacy.h5": legacy.RMSprop(0.01, momentum=0.9, centered=True),
        "adam.keras": optimizers.Adam(0.01, amsgrad=True),
    }
    losses = {}
    for name, optimizer in cases.items():
        keras.utils.set_random_seed(1)
        model = keras.Sequential([layers.Input((5,)), layers.Dense(4, activation="tanh", name="a"),
                                  layers.Dense(3, activation="softmax", name="b")], name="net")
        model.compile(optimizer, "categorical_crossentropy")
        for _ in range(3):
            model.train_on_batch(x, y)
        model.save(f"{folder}/{name}")
        losses[name] = [float(model.train_on_batch(x, y)) for _ in range(4)]
    with open(f"{folder}/losses.json", "w", encoding="utf-8") as out:
        json.dump(losses, out, indent=1)


def xception():
    """Branches, BatchNormalization and SeparableConv2D, as in networks like mini-Xception; weights at random."""
    keras.utils.set_random_seed(2)
    image = layers.Input((9, 7, 2), name="image")
    side = layers.Conv2D(3, 1, strides=2, padding="same", use_bias=False, name="side")(image)
    side = layers.BatchNormalization(name="side_bn")(side)
    x = layers.SeparableConv2D(3, 3, padding="same", use_bias=False, name="separable")(image)
    x = layers.BatchNormalization(name="bn", scale=False)(x)
    x = layers.ReLU(max_value=2.0, name="relu")(x)
    x = layers.MaxPooling2D(3, strides=2, padding="same", name="pool")(x)
    x = layers.Add(name="add")([x, side])
    x = layers.ThresholdedReLU(theta=0.2, name="thresholded")(x)
    x = layers.GlobalAveragePooling2D(name="average")(x)
    model = keras.Model(image, layers.Activation("softmax", name="predictions")(x), name="xception")
    model.set_weights([random.uniform(0.2, 1.5, w.shape).astype("float32") for w in model.get_weights()])
    pictures = random.normal(size=(3, 9, 7, 2)).astype("float32")
    model.save(f"{folder}/xception.h5")
    np.save(f"{folder}/pictures.npy", pictures)
    np.save(f"{folder}/predictions.npy", model.predict(pictures, verbose=0))


trained()
xception()
