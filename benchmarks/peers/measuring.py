"""What torch_bench.py and keras_bench.py share: measuring as model_bench does."""
import json, resource, time


def measure(f, seconds):
    """best and median time of f()"""
    f(), f()
    times, start = [], time.perf_counter()
    while time.perf_counter() - start < seconds or not times:
        begin = time.perf_counter()
        f()
        times.append(time.perf_counter() - begin)
    times.sort()
    return times[0], times[len(times) // 2]


def report(name, batch, threads, train, infer, single):
    """the line that model_bench --json prints"""
    print(json.dumps({
        'model': name, 'batch': batch, 'threads': threads,
        'train_img_s': batch / train[0], 'train_img_s_median': batch / train[1],
        'infer_img_s': batch / infer[0], 'infer_img_s_median': batch / infer[1],
        'batch1_ms': 1e3 * single[0], 'batch1_ms_median': 1e3 * single[1],
        'peak_rss_mb': resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
