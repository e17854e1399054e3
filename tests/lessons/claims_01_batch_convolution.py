"""What lesson 01 claims about its own runs, as expressions over the lesson's variables.

Each key repeats a claim of the text; its value must be true in the kernel that has just run the lesson. Times
are compared within one run only, and the thresholds held on a machine with seven times more work than cores.
"""

CLAIMS = {
    "A 5x5 layer of four filters on three channels has 304 parameters, whatever the image's size.": (
        "parameters == {32: 304, 64: 304}"
    ),
    "It takes 235,200 MACs on 32x32 pixels and 1,080,000 on 64x64.": "macs == {32: 235_200, 64: 1_080_000}",
    "A batch gives what its images give one by one.": "batch_difference < 1e-5",
    "Reversed images give reversed outputs.": "order_kept",
    "Keras refuses an image without a batch axis.": "'ndim=3' in complaint",
    "The formula counts the places of the kernel.": "sizes_agree",
    "The sizes are those of the lecture's table.": "alexnet_sizes == [56, 27, 27, 13, 13, 13, 13, 6]",
    "pool1 needs rounding down, and 224 pixels too.": (
        "(56 - 3) / 2 == 26.5 and len(kernel_positions(56, 3, 2)) == 27"
        " and (224 - 11 + 4) / 4 == 54.25 and len(kernel_positions(224, 11, 4, 2)) == 55"
    ),
    '"same" with stride 2 takes pixels 1, 3, 5, symmetric padding 0, 2, 4.': (
        "centers_same.tolist() == [1, 3, 5] and centers_both.tolist() == [0, 2, 4]"
    ),
    "Keras shows an impulse the kernel turned by 180 degrees.": (
        "bool(np.array_equal(correlated[2:5, 2:5], hook[::-1, ::-1]))"
        " and bool(np.array_equal(convolved[2:5, 2:5], hook))"
    ),
    "Loops, im2col and Keras agree.": "loops_difference < 1e-4 and max(agreement) < 1e-3",
    "The patches are in the memory of the images.": "bool(same_memory)",
    "The patch matrix of a 3x3 kernel is almost 9 times as large as the images.": (
        "8 < patches.size / photos.size < 9"
    ),
    "For 11x11 with stride 4 it is about 7.6 times as large.": "7.5 < 121 / 16 < 7.65",
    "A part of the loops tells the time of all of them.": "0.5 < estimate_to_truth < 2",
    "im2col is more than fifty times faster than the loops.": "speedup_of_im2col > 50",
    "im2col takes less than five times as long as Keras.": "im2col_to_keras < 5",
    "The MACs in millions are those of the slide: 224, 100, 17.": (
        "[round(layer_macs[name] / 1e6) for name in ('conv2', 'conv5', 'fc2')] == [224, 100, 17]"
    ),
    "At N = 1 the fully connected layer does half a FLOP per byte.": "abs(intensity['fc2'][0] - 0.5) < 0.01",
    "fc2 has 67 megabytes of weights.": "round(4096 * 4096 * 4 / 1e6) == 67",
    "In the largest batch an image costs the small and the fully connected layer less than half.": (
        "min(gain['small'], gain['fc2']) > 2"
    ),
    "The large convolutions gain much less or nothing.": (
        "max(gain['conv2'], gain['conv5']) < 0.5 * min(gain['small'], gain['fc2'])"
    ),
    "The large convolutions lie to the right of the bend.": (
        "min(intensity['conv2'][0], intensity['conv5'][0]) > bend > intensity['fc2'][0]"
    ),
    "An A100 wants some 150 FLOPs per byte.": "150 < 312e12 / 2.039e12 < 156",
    "A transpose moves no numbers.": (
        "bool(np.shares_memory(nhwc, turned))"
        " and layout_times['transpose and copy'] > 20 * layout_times['transpose']"
    ),
    "Both layouts give the same patches.": "same_patches",
    "Patches come faster from NHWC.": (
        "layout_times['patches from NCHW'] > 1.3 * layout_times['patches from NHWC']"
    ),
    "A single channel is read faster from NCHW.": (
        "layout_times['channel 0 from NHWC'] > 1.3 * layout_times['channel 0 from NCHW']"
    ),
    "A transpose keeps the picture, a reshape does not.": "right_red and not wrong_red",
    "Keras's default is NHWC, and its kernels do not depend on the setting.": (
        "data_format == 'channels_last' and kernel_shapes[0] == kernel_shapes[1] == (5, 5, 3, 4)"
    ),
    "Quiz 1: 28,311,552 MACs.": (
        "16 * len(kernel_positions(65, 3, 2)) * len(kernel_positions(49, 3, 2)) * 32 * 72 == 28_311_552"
    ),
    "Quiz 5: an intensity of 17.7 for one image and 64 in the limit.": (
        "abs(2 * 49 * 256**2 / (4 * (2 * 49 * 256 + 256**2)) - 17.7) < 0.05"
        " and 49 * 256**2 / (2 * 2 * 49 * 256) == 64"
    ),
}
