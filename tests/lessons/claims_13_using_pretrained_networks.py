"""What lesson 13 claims about its own runs, as expressions over the lesson's variables.

Each key repeats a claim of the text; its value must be true in the kernel that has just run the lesson. The
thresholds leave room for other machines.
"""

CLAIMS = {
    "The network from scratch has 24,000 weights, and the features are 1,280 numbers.": (
        "24_000 < scratch.model.count_params() < 25_000 and num_features == 1280"
    ),
    "The upper part has a million weights.": "0.9e6 < upper.count_params() < 1.1e6",
    "96x96 is less than a fifth of the work of 224x224.": "(size / 224) ** 2 < 0.2",
    "With one image per class all three are near one half.": (
        "all(0.25 < values[:, 0].min() and values[:, 0].max() < 0.65 for values in accuracy.values())"
    ),
    "From two images on the pretrained features lead in the mean, from five on with every seed.": (
        "all(accuracy['features'][:, 1].mean() > accuracy[name][:, 1].mean()"
        " for name in ('scratch', 'colors'))"
        " and (accuracy['features'] > np.maximum(accuracy['scratch'], accuracy['colors']))[:, 2:].all()"
    ),
    "With twenty the features are near 0.9, scratch near 0.8; the colors are below 0.7 from five on.": (
        "accuracy['features'][:, -1].min() > 0.86 and 0.7 < accuracy['scratch'][:, -1].mean() < 0.88 and"
        " accuracy['colors'][:, 2:].max() < 0.7"
    ),
    "At five images per class scratch is better than the colors on every seed.": (
        "(accuracy['scratch'][:, 2] > accuracy['colors'][:, 2]).all()"
    ),
    "At two they are within fifteen points in the mean.": (
        "abs(accuracy['scratch'][:, 1].mean() - accuracy['colors'][:, 1].mean()) < 0.15"
    ),
    "Scratch gets about nine tenths of its training images right.": (
        "0.83 < scratch_train.mean() and scratch_train[:, -1].mean() > 0.83"
    ),
    "With five images per class the features reach what scratch needs more than ten for.": (
        "accuracy['features'][:, 2].mean() > accuracy['scratch'][:, 3].mean()"
    ),
    "At 0.001 next to nothing happens; at 0.01 a loss of a point to a gain of a few.": (
        "abs(fine_tuned[0.001] - head_only).max() < 0.04"
        " and -0.05 < (fine_tuned[0.01] - head_only).min() and (fine_tuned[0.01] - head_only).max() < 0.08"
    ),
    "At 0.3 every seed loses more than half of its accuracy.": "(fine_tuned[0.3] < 0.5 * head_only).all()",
    "The statistics move in 2 and in 4.": "list(moves.values()) == [False, True, False, True]",
    "After 16 batches more than 20 points are lost on every seed, with both sizes of batch.": (
        "all((values[:, 0] - values[:, -1]).min() > 0.2 for values in drift.values())"
    ),
    "Scaled twice is the worst, close to guessing in the test alone.": (
        "preprocessing['scaled twice'][:, 0].max() < 0.25"
        " and min(preprocessing, key=lambda name: preprocessing[name].mean()) == 'scaled twice'"
    ),
    "Not scaled costs half or more in the test alone.": (
        "preprocessing['not scaled'][:, 0].mean() < 0.55 * preprocessing['right'][:, 0].mean()"
    ),
    "0 to 1 and exchanged colors cost some five to twenty points.": (
        "all(0.03 < (preprocessing['right'] - preprocessing[name])[:, 0].mean() < 0.22"
        " for name in ('0 to 1', 'blue first'))"
    ),
    "Wrong in both is better than wrong in the test only, in the mean.": (
        "all(values[:, 1].mean() > values[:, 0].mean()"
        " for name, values in preprocessing.items() if name != 'right')"
    ),
    "With values 0 to 1 in both the accuracy is five or ten points below the right one.": (
        "0 < (preprocessing['right'] - preprocessing['0 to 1'])[:, 1].mean() < 0.15"
    ),
    "No smuggled image equals a training image, and each is closer than honest patches in the median.": (
        "same_pixels == 0 and smuggled_cosine.min() > np.median(honest_cosine) + 0.1"
    ),
    "There are false alarms.": "len(suspects) > 0",
    "On digits the 64 raw pixels win, and pretrained features reach about 0.8.": (
        "digit_accuracy['64 pixels'].min() > digit_accuracy['pretrained features'].max()"
        " and 0.7 < digit_accuracy['pretrained features'].min()"
    ),
    "A head for 12 classes has 15,372 numbers; 0.99^100 is 0.37.": (
        "1280 * 12 + 12 == 15_372 and round(0.99**100, 2) == 0.37"
    ),
}
