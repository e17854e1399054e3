# %% [markdown]
# # Assignment 6: ZFNet, and what a network looks at
#
# You build ZFNet in Keras, find out with a gray patch which parts of an image a classifier relies on, and
# compare error rates as reports of competitions do. The [lesson on ZFNet](colab:book/06_zfnet.ipynb) has
# everything that you need.
#
# | part | what you write | points |
# |---|---|---:|
# | 1 | `build_zfnet` | 8 |
# | 2 | `occlusion_map` | 9 |
# | 3 | `relative_error_reduction` | 2 |
# | 4 | written question: reading an occlusion map | 4 |
# | 5 | written question: how much better? | 3 |
# | | **total** | **26** |

# %% [markdown]
# ## How this works
#
# - **Write** your code where it says `# YOUR CODE HERE`, and delete the line `raise NotImplementedError()`
#   below it. Keep the name and the arguments of each function. Written answers go where it says "YOUR
#   ANSWER HERE".
# - **Check** your code with the cell below each function. It is silent when all is well; otherwise its
#   message says what to look at. Change your code and run both cells again.
# - **Validate** before you hand in: restart the kernel and run all cells from top to bottom. In JupyterLab
#   with nbgrader the *Validate* button does this for you. A part that you have not written yet fails its
#   check; that is no reason not to hand in the others.
# - **Hand in** the notebook under the name that it has now. In Colab you get it from the menu with *File >
#   Download > Download .ipynb*.
#
# The checks that you see try small examples. Grading tries others: more shapes, other values of every
# argument, special cases that the text mentions. Each part is graded on its own, and a part that is half
# right gets part of the points.
#
# You may add cells, helper functions and imports, print what you like, and use loops, `einsum` or
# TensorFlow. Do not delete or copy cells that are already here.

# %% [markdown]
# ## Conventions
#
# - An image has the shape `(H, W, C)`, a batch of images `(N, H, W, C)`. `H` and `W` may differ.
# - **Padding** $P$ means $P$ rows or columns on **each** side. With windows of size $F$ and stride $S$, a
#   size of $n$ becomes $\lfloor (n - F + 2P) / S \rfloor + 1$; the half brackets mean: rounded down.
# - An **error** is the share of images for which the classifier is wrong, from 0 to 1, or the same in
#   percent.
# - Your functions never change the arrays that they are given.
# - Images may hold integers (often `uint8`); the results are floating-point numbers all the same. The
#   precision of `float32` is enough.

# %%
import keras
import numpy as np
from keras import layers

# %% [markdown]
# ## 1. ZFNet
#
# Build ZFNet, which improved AlexNet one year later [@zeiler2014]:
#
# | layer | window | stride | padding | output for an image of 224x224x3 |
# |---|---|---:|---:|---|
# | conv1 | 7x7 | 2 | 1 | 110x110x96 |
# | pool1 | 3x3 | 2 | 1 | 55x55x96 |
# | conv2 | 5x5 | 2 | 0 | 26x26x256 |
# | pool2 | 3x3 | 2 | 1 | 13x13x256 |
# | conv3 | 3x3 | 1 | 1 | 13x13x384 |
# | conv4 | 3x3 | 1 | 1 | 13x13x384 |
# | conv5 | 3x3 | 1 | 1 | 13x13x256 |
# | pool3 | 3x3 | 2 | 0 | 6x6x256 |
# | fc1 | | | | 4096 |
# | fc2 | | | | 4096 |
# | fc3 | | | | `num_classes` |
#
# - Poolings take the maximum. After every convolution, after fc1 and after fc2 comes a ReLU. All
#   convolutions and fully connected layers have biases. fc1 gets all numbers of pool3, flattened.
# - End with logits or with a softmax, as you like. Dropout may be there or not. Leave out the contrast
#   normalization of the paper, and add no other normalization.
# - In Keras `padding="same"` adds as much as makes the output $\lceil n / S \rceil$ large (rounded up). For
#   pool1 and pool2 that gives the sizes of the table, and either way is right: `padding="same"`, or padding
#   1 on each side. For conv1 it does not.
# - Images of other sizes or with other numbers of channels give other sizes in between and another fc1;
#   windows, strides and paddings stay. Grading takes images whose sizes are even before conv1, pool1 and
#   pool2, as they are for 224 pixels, and looks at the size after every layer of the table.
# - Use the layers of Keras and, if you like, functions of `keras.ops`, but neither `Lambda` nor layers of
#   your own: grading rebuilds your model from its description.
#
# For the default arguments the model has 62,357,608 parameters. The check below builds it, which takes a
# few seconds.


# %% solution build_zfnet
def build_zfnet(num_classes=1000, input_shape=(224, 224, 3)):
    """Build ZFNet as a Keras model.

    Args:
        num_classes: Number of outputs.
        input_shape: Shape (H, W, C) of an image.

    Returns:
        Model from images (N, H, W, C) to logits or probabilities (N, num_classes).
    """
    ### BEGIN SOLUTION
    return keras.Sequential(
        [
            keras.Input(input_shape),
            layers.ZeroPadding2D(1),
            layers.Conv2D(96, 7, strides=2, activation="relu"),
            layers.MaxPooling2D(3, strides=2, padding="same"),
            layers.Conv2D(256, 5, strides=2, activation="relu"),
            layers.MaxPooling2D(3, strides=2, padding="same"),
            layers.Conv2D(384, 3, padding="same", activation="relu"),
            layers.Conv2D(384, 3, padding="same", activation="relu"),
            layers.Conv2D(256, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(3, strides=2),
            layers.Flatten(),
            layers.Dense(4096, activation="relu"),
            layers.Dense(4096, activation="relu"),
            layers.Dense(num_classes),
        ]
    )
    ### END SOLUTION


# %% test build_zfnet points=8
def check_build_zfnet():
    """Try build_zfnet: look at kernels and sizes, count parameters, and let small images through."""
    model = build_zfnet()
    assert model is not None, "The function returns nothing. Does it end with a return statement?"
    assert isinstance(model, keras.Model), f"Return a Keras model, not {type(model).__name__}."
    assert model.input_shape[1:] == (224, 224, 3), (
        f"By default the model takes images of shape (224, 224, 3). Yours: {model.input_shape[1:]}"
    )
    assert model.output_shape[1:] == (1000,), (
        f"By default the model has 1000 outputs. Yours: {model.output_shape[1:]}"
    )
    kernels = [tuple(weight.shape) for weight in model.trainable_weights if len(weight.shape) > 1]
    assert kernels[0] == (7, 7, 3, 96), f"conv1 has kernels of shape (7, 7, 3, 96). Yours: {kernels[0]}"
    assert kernels[1] == (5, 5, 96, 256), f"conv2 has kernels of shape (5, 5, 96, 256). Yours: {kernels[1]}"
    shapes = [tuple(layer.output.shape[1:]) for layer in model.layers if hasattr(layer, "output")]
    assert (110, 110, 96) in shapes, (
        f"conv1 puts out 110x110x96. Sizes in your model: {shapes}. What does its padding have to be, and\n"
        'what does padding="same" make of 224 pixels?'
    )
    assert (55, 55, 96) in shapes, f"pool1 puts out 55x55x96. Sizes in your model: {shapes}"
    assert (26, 26, 256) in shapes, f"conv2 puts out 26x26x256. Sizes in your model: {shapes}"
    assert (13, 13, 256) in shapes, f"pool2 puts out 13x13x256. Sizes in your model: {shapes}"
    assert (13, 13, 384) in shapes, f"conv3 and conv4 put out 13x13x384. Sizes in your model: {shapes}"
    assert (6, 6, 256) in shapes, f"pool3 puts out 6x6x256. Sizes in your model: {shapes}"
    assert model.count_params() == 62357608, (
        f"The model has {model.count_params():,} parameters and should have 62,357,608. Compare the shapes\n"
        f"of its kernels with the table: {kernels}"
    )
    small = build_zfnet(num_classes=7, input_shape=(64, 96, 1))
    assert small.input_shape[1:] == (64, 96, 1), (
        f"With input_shape=(64, 96, 1) the model takes such images. Yours: {small.input_shape[1:]}"
    )
    assert small.output_shape[1:] == (7,), (
        f"With num_classes=7 there are 7 outputs. Yours: {small.output_shape[1:]}"
    )
    scores = np.asarray(small(np.ones((2, 64, 96, 1), dtype="float32"), training=False))
    assert scores.shape == (2, 7) and np.isfinite(scores).all(), (
        "Two images should give (2, 7) finite numbers."
    )


check_build_zfnet()

# %% [markdown]
# ## 2. An occlusion map
#
# Which part of an image does a classifier need? The authors of ZFNet hid one patch after another and watched
# the probability of the class [@zeiler2014]. Where it falls, the patch hides something that counts.
#
# Write a function that works for any classifier. `predict` is a function: it takes a batch of images, shape
# `(N, H, W, C)`, as its only argument and returns their class probabilities, shape `(N, classes)`. It knows
# nothing of how you use it: give it all images in one batch, or one image in each batch, as you like.
#
# The number in row $r$ and column $c$ of the map is **the probability of the class `class_index`** (not the
# amount by which it fell) for the image in which one square is hidden:
#
# - The square has `patch_size` rows and columns. Its **upper left corner** is the pixel in row $r \cdot
#   \mathtt{stride}$ and column $c \cdot \mathtt{stride}$.
# - Hidden pixels get the value `fill` in **all** channels. All others are those of the image. Each number
#   comes from an image with one hidden square, at that position only.
# - Only squares that lie inside the image count, so the map has $\lfloor (H - \mathtt{patch\_size}) /
#   \mathtt{stride} \rfloor + 1$ rows and $\lfloor (W - \mathtt{patch\_size}) / \mathtt{stride} \rfloor + 1$
#   columns. If the stride does not divide the rest, some rows or columns of pixels at the end are never
#   hidden.
#
# `patch_size` is at most the smaller side of the image. The stride may be smaller or larger than the patch.
# The image is the same after the call as before. It may hold integers, and `fill` is exact even then: 0.5
# stays 0.5. The values of the image are not scaled in any way.


# %% solution occlusion_map
def occlusion_map(predict, image, class_index, patch_size, stride, fill=0.5):
    """Compute the probability of a class for every position of a square patch that hides part of an image.

    Args:
        predict: Function from images (N, H, W, C) to class probabilities (N, classes).
        image: Image of shape (H, W, C), floating-point numbers or integers.
        class_index: The class whose probability is asked for.
        patch_size: Side of the square patch, in pixels.
        stride: Step between neighboring positions of the patch, on both axes.
        fill: Value of hidden pixels, in every channel.

    Returns:
        Array of shape (rows, columns) with one probability for each position.
    """
    ### BEGIN SOLUTION
    rows, columns = ((size - patch_size) // stride + 1 for size in image.shape[:2])
    probabilities = np.empty((rows, columns))
    for row, column in np.ndindex(rows, columns):
        top, left = row * stride, column * stride
        occluded = np.array(image, float)  # a copy that the next position does not see
        occluded[top : top + patch_size, left : left + patch_size] = fill
        probabilities[row, column] = predict(occluded[np.newaxis])[0, class_index]
    return probabilities
    ### END SOLUTION


# %% test occlusion_map points=9
def check_occlusion_map():
    """Try occlusion_map with classifiers so simple that their answers can be worked out by hand."""

    def close(actual, expected):
        return np.allclose(actual, expected, atol=1e-4)

    def predict(images):
        """Class 0: the mean brightness. Class 1: the value of the upper right pixel. Class 2: the rest."""
        images = np.asarray(images, dtype=float)
        assert images.ndim == 4, f"predict takes batches (N, H, W, C). You give it the shape {images.shape}."
        assert images.shape[1:] == (2, 3, 2), (
            f"Every image in the batch has the shape (2, 3, 2). You give predict {images.shape}."
        )
        first, second = images.mean(axis=(1, 2, 3)), images[:, 0, 2, 1]
        return np.stack([first, second, 1 - first - second], axis=1)

    # 12 values, two channels; 3 values are 1, the others 0: a mean of 0.25.
    image = np.zeros((2, 3, 2))
    image[0, 0] = 1.0
    image[0, 2, 1] = 1.0
    before = image.copy()
    result = occlusion_map(predict, image, 0, 1, 1, fill=0.0)
    assert result is not None, "The function returns nothing. Does it end with a return statement?"
    assert np.shape(result) == (2, 3), (
        f"A patch of one pixel has 2 rows and 3 columns of positions. Yours: shape {np.shape(result)}"
    )
    assert np.array_equal(image, before), "The argument `image` was changed. Hide pixels in a copy."
    result = np.asarray(result)
    assert not close(result[0, 0], 2 / 12), "Hidden pixels are filled in all channels, not only in one."
    assert close(result[0], [1 / 12, 3 / 12, 2 / 12]), (
        "Class 0 is the mean of 12 values, three of which are 1. Black patches in the first row leave 1, 3, 2 of\n"
        f"them: 1/12, 3/12, 2/12. Yours: {result[0]}. Does the first patch still hide its pixel when the second\n"
        "one is tried? Do you return the probability itself?"
    )
    assert close(result[1], 3 / 12), (
        f"In the second row there is nothing to hide: 3/12 three times. Yours: {result[1]}"
    )
    result = np.asarray(occlusion_map(predict, image, 1, 1, 1))
    assert close(result, [[1, 1, 0.5], [1, 1, 1]]), (
        "Class 1 is the value of the upper right pixel: 1, or 0.5 where a patch with the default fill hides it.\n"
        f"Yours: {result}. Whose probability do you take? What is the pixel filled with?"
    )
    result = np.asarray(occlusion_map(predict, image, class_index=1, patch_size=2, stride=1))
    assert result.shape == (1, 2), (
        f"A patch of 2x2 fits into 2 rows and 3 columns in (1, 2) ways. Yours: {result.shape}"
    )
    assert close(result, [[1, 0.5]]), (
        f"The upper right pixel is hidden by the second patch only: 1, 0.5. Yours: {result}. The upper left\n"
        "corner of the patch is at the position."
    )
    result = np.asarray(occlusion_map(predict, image, class_index=1, patch_size=1, stride=2))
    assert result.shape == (1, 2), (
        f"With stride 2 a patch of one pixel has (1, 2) positions. Yours: {result.shape}"
    )
    assert close(result, [[1, 0.5]]), (
        f"With stride 2 the second position is column 2, the upper right pixel: 1, 0.5. Yours: {result}"
    )
    result = np.asarray(occlusion_map(predict, image.astype(np.uint8), class_index=1, patch_size=1, stride=2))
    assert close(result, [[1, 0.5]]), (
        f"An image of integers must give 1, 0.5 again. Yours: {result}. What does an array of integers make of\n"
        "0.5?"
    )


check_occlusion_map()

# %% [markdown]
# ## 3. By how much did the error fall?
#
# From one year of ILSVRC to the next, progress is told as the share of the old error that is gone:
#
# $$\frac{\text{error before} - \text{error after}}{\text{error before}}$$
#
# An error that falls from 0.2 to 0.15 is reduced by a quarter: the result is 0.25. It is negative when the
# error grew. Both errors may be shares or percentages, as long as both are the same, and they may be
# integers; the result is always a fraction, not a percentage, and not rounded. The error before is greater
# than 0.


# %% solution relative_error_reduction
def relative_error_reduction(before, after):
    """Compute by which fraction of its old value an error has fallen.

    Args:
        before: The old error, greater than 0.
        after: The new error, in the same unit.

    Returns:
        A fraction of `before`, a number; 1 when no error is left, negative when the error grew.
    """
    ### BEGIN SOLUTION
    return 1 - after / before
    ### END SOLUTION


# %% test relative_error_reduction points=2
def check_relative_error_reduction():
    """Try relative_error_reduction on errors whose reduction is plain to see."""
    value = relative_error_reduction(0.2, 0.15)
    assert value is not None, "The function returns nothing. Does it end with a return statement?"
    assert np.shape(value) == (), f"Return one number. Yours has shape {np.shape(value)}."
    assert not np.isclose(value, 25), "25 percent as a fraction is 0.25."
    assert not np.isclose(value, 0.05), "0.05 is the difference. Which part of the old error is it?"
    assert not np.isclose(value, 0.75), "0.75 is the part that is left. Which part is gone?"
    assert not np.isclose(value, 1 / 3), "You divide by the new error. Divide by the old one."
    assert not np.isclose(value, -0.25), "An error that falls has a positive reduction."
    assert np.isclose(value, 0.25), f"From 0.2 to 0.15 a quarter of the error is gone: 0.25. Yours: {value}"
    value = relative_error_reduction(20, 15)
    assert np.isclose(value, 0.25), f"From 20 % to 15 % it is a quarter, too: 0.25. Yours: {value}"
    value = relative_error_reduction(before=0.1, after=0.2)
    assert np.isclose(value, -1), f"An error that doubles has the reduction -1. Yours: {value}"


check_relative_error_reduction()

# %% [markdown]
# ## 4. Written question: reading an occlusion map
#
# For a photograph of 224x224 pixels, a network gives the class "bicycle" the probability 0.95. Somebody
# computes `occlusion_map` with `patch_size=32`, `stride=8` and gray patches. The lowest number of the map,
# 0.30, is over the rider's helmet, which is not a part of the bicycle. Over each of the two wheels the map
# stays above 0.90.
#
# 1. What does the number over the helmet tell about the network, and how may it have learned this? What
#    would you do to find out whether it holds for other photographs?
# 2. "The network does not look at wheels." Why does this not follow? Describe an experiment with patches
#    that would tell.
# 3. What changes in the map when the patch is much smaller, and when it is much larger? Why might a black
#    patch give another map than a gray one?
# 4. How often does the network have to be computed for this map? And with `stride=1`? Why is the map for a
#    network in which the gradient can be computed still worth the effort?

# %% written reading_an_occlusion_map [markdown] points=4
# 1. The probability hangs on the helmet: the network uses the context of the object, because in its
#    training set bicycles often come with riders who wear helmets, and nothing in the loss says which
#    pixels belong to the class. One photograph is an anecdote: compute maps for many photographs of
#    bicycles, with and without riders, and compare the accuracy on both groups; also try riders or helmets
#    without a bicycle.
# 2. The evidence may be there twice. With one wheel hidden the other one is still visible, and one may be
#    enough. Hide both wheels at once (and, for comparison, two patches of the same size elsewhere); when
#    the probability now falls a lot, the network does use wheels.
# 3. A patch much smaller than the parts of the object hides hardly anything: all numbers stay close to
#    0.95, and the map is flat. A very large one hides several parts at every position: low numbers nearly
#    everywhere, and nothing is localized. A patch is itself something that the network sees, with edges,
#    and images with such squares are unlike the training set. A black square may resemble something (a
#    tire, a shadow) or differ more from its surroundings than a gray one. So what falls in the map is the
#    effect of hiding **and** of the patch; what shows with several fillings is more credible.
# 4. $\lfloor (224 - 32) / 8 \rfloor + 1 = 25$ positions on each axis: 625 images. With stride 1 there are
#    193: 37,249 images, 60 times as many. A gradient tells what an infinitely small change of single pixels
#    does; the probability of a sure network hardly changes then. The map shows what a whole part is worth,
#    its numbers are probabilities that can be read as they are, and it needs nothing but `predict`.
#
# *Marking: 1 point for each part.*

# %% [markdown]
# ## 5. Written question: how much better?
#
# AlexNet's entry of 2012 had a top-5 error of 16.4 % when only the data of the challenge was used
# [@krizhevsky2012]. For 2013 you read both "ZFNet lowered the top-5 error to 14.8 %" and "ZFNet lowered the
# top-5 error from 16.4 % to 11.7 %". The first number is that of the entry by the authors of ZFNet
# [@zeiler2014]; the second one belongs to the winning entry of that year, by the company Clarifai.
#
# 1. Compute the relative reduction of the error for both, and, for the first, the increase of the accuracy
#    relative to the old accuracy. Why do reports of competitions prefer the reduction of the error?
# 2. Which of the two statements credits ZFNet with something that its number does not show, and why? Name
#    two further things that you would want to know before you say that the **architecture** made the
#    difference.
# 3. ZFNet changed conv1 from 11x11 windows with stride 4 to 7x7 windows with stride 2. How would you find
#    out by an experiment of your own how much this one change contributes?

# %% written how_much_better [markdown] points=3
# 1. (16.4 - 14.8) / 16.4 = 0.098 and (16.4 - 11.7) / 16.4 = 0.287. The accuracy grew from 83.6 % to 85.2 %,
#    by 1.9 % of its old value. Near the top the accuracy cannot grow much any more, whereas the errors are
#    what is left to do: from 99 % to 99.5 % the accuracy grows by half a percent, and half of all errors
#    are gone.
# 2. The second. The winning entry is related to ZFNet, but it is another entry, so its number tells what
#    that system achieved and not what the network of the table does. One would want to know, for both
#    years: how many networks were averaged, how many crops of each image were used at test time, whether
#    other data was used in training, which augmentation and how long a training, and whether both errors
#    are for the same images (validation or test set).
# 3. Train both networks on the same data with the same recipe (initialization, augmentation, learning
#    rates, number of epochs), differing in conv1 alone, with whatever padding keeps the size of the feature
#    maps later on as similar as possible, as well as the number of parameters in fc1. Repeat with several
#    seeds, and compare the difference of the mean errors with their spread. A learning rate tuned for each
#    network alone would be fairer still.
#
# *Marking: 1 point for each part; part 1 needs both reductions.*

# %% [markdown]
# ## References
#
# [@references]
