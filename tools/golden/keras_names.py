"""Writes tests/docs/keras_names.txt: the public classes of the installed Keras with their arguments.

    python3 tools/golden/keras_names.py > tests/docs/keras_names.txt
"""
import inspect

import keras

# Every class takes these, they only steer how Keras computes, or the page tells of them once for all layers.
LEFT_OUT = {"self", "args", "kwargs", "name", "dtype", "trainable", "data_format", "autocast", "unroll", "use_cudnn",
            "flash_attention", "synchronized", "renorm_clipping", "renorm_momentum", "quantization_config",
            "lora_rank", "lora_alpha"}
ABSTRACT = {"Wrapper", "InputLayer", "MeanMetricWrapper"}


def arguments(cls):
    if cls.__init__ is object.__init__:
        return []
    return [name for name in inspect.signature(cls.__init__).parameters if name not in LEFT_OUT]


def classes(module, base):
    for name in sorted(dir(module)):
        cls = getattr(module, name)
        if not inspect.isclass(cls) or not issubclass(cls, base) or cls is base or name in ABSTRACT:
            continue
        if cls.__name__ == name or not hasattr(module, cls.__name__):  # not the second name of another
            yield " ".join([name] + arguments(cls))


def main():
    schedules = keras.optimizers.schedules
    groups = {
        "layers": classes(keras.layers, keras.layers.Layer),
        "losses": classes(keras.losses, keras.losses.Loss),
        "metrics": classes(keras.metrics, keras.metrics.Metric),
        "optimizers": classes(keras.optimizers, keras.optimizers.Optimizer),
        "schedules": classes(schedules, schedules.LearningRateSchedule),
        "initializers": classes(keras.initializers, keras.initializers.Initializer),
        "regularizers": classes(keras.regularizers, keras.regularizers.Regularizer),
        "constraints": classes(keras.constraints, keras.constraints.Constraint),
        "activations": (name for name in sorted(dir(keras.activations))
                        if not name.startswith("_") and name not in ("get", "serialize", "deserialize")),
    }
    print(f"# The public classes of Keras {keras.__version__} with their arguments (tools/golden/keras_names.py).")
    for group, lines in groups.items():
        print(f"[{group}]", *lines, sep="\n")


main()
