/* What the widgets compute, apart from how they show it: plain functions on plain arrays. The same formulas as in
   the lessons; a test compares each with its twin in convlab. */

const workbook = {
  /* Lesson 1, equation (3): how many positions a kernel has along one axis; 0 when it does not fit. */
  outputSize(size, kernel, stride, padding) {
    const free = size - kernel + 2 * padding;
    return free < 0 ? 0 : Math.floor(free / stride) + 1;
  },

  /* The padded image: rows of numbers, zeros around them. */
  pad(image, padding) {
    const width = image[0].length + 2 * padding;
    const zeros = () => Array(width).fill(0);
    const side = Array(padding).fill(0);
    return [
      ...Array.from({ length: padding }, zeros),
      ...image.map((row) => [...side, ...row, ...side]),
      ...Array.from({ length: padding }, zeros),
    ];
  },

  /* One output: the products under the kernel at an output position, row by row, and their sum. */
  productsAt(image, kernel, stride, padding, row, column) {
    const padded = workbook.pad(image, padding);
    const products = kernel.flatMap((line, i) =>
      line.map((weight, j) => ({ value: padded[row * stride + i][column * stride + j], weight })),
    );
    return { products, sum: products.reduce((sum, each) => sum + each.value * each.weight, 0) };
  },

  /* A batch of images (N, H, W) of one channel and one filter: (N, H_out, W_out). */
  convolve(images, kernel, stride, padding) {
    const rows = workbook.outputSize(images[0].length, kernel.length, stride, padding);
    const columns = workbook.outputSize(images[0][0].length, kernel[0].length, stride, padding);
    return images.map((image) =>
      Array.from({ length: rows }, (_, row) =>
        Array.from(
          { length: columns },
          (_, column) => workbook.productsAt(image, kernel, stride, padding, row, column).sum,
        ),
      ),
    );
  },

  /* Lesson 3: the four equations for one feature over a mini-batch. */
  batchNormalize(x, gamma, beta, epsilon) {
    const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
    const variance = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length;
    const normalized = x.map((value) => (value - mean) / Math.sqrt(variance + epsilon));
    return { mean, variance, normalized, y: normalized.map((value) => gamma * value + beta) };
  },

  /* Lesson 4: boxes are (x_min, y_min, x_max, y_max). */
  iou(a, b) {
    const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
    const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
    if (width <= 0 || height <= 0) return 0;
    const area = (box) => (box[2] - box[0]) * (box[3] - box[1]);
    return (width * height) / (area(a) + area(b) - width * height);
  },

  /* The share of true labels that no guess has. */
  classificationError(guesses, truths) {
    const missed = truths.filter((truth) => !guesses.some((guess) => guess.label === truth.label));
    return missed.length / truths.length;
  },

  /* The share of true labels that no guess has together with a box that fits one of the instances. */
  localizationError(guesses, truths) {
    const fits = (guess, truth) =>
      guess.label === truth.label && truth.boxes.some((box) => workbook.iou(guess.box, box) > 0.5);
    return truths.filter((truth) => !guesses.some((guess) => fits(guess, truth))).length / truths.length;
  },

  /* Lesson 8: multiply-accumulates of an inception module, branch by branch, with and without its reductions. */
  inceptionMacs(height, width, inputs, f1, reduce3, f3, reduce5, f5, projection) {
    const positions = height * width;
    const conv = (kernel, from, to) => positions * kernel * kernel * from * to;
    return {
      reduced: [
        conv(1, inputs, f1),
        conv(1, inputs, reduce3) + conv(3, reduce3, f3),
        conv(1, inputs, reduce5) + conv(5, reduce5, f5),
        conv(1, inputs, projection),
      ],
      naive: [conv(1, inputs, f1), conv(3, inputs, f3), conv(5, inputs, f5), 0],
    };
  },

  /* Lesson 10: weights and multiply-accumulates of a basic and of a bottleneck block that keep the shape. */
  residualCosts(height, width, channels) {
    const inner = channels / 4;
    const basic = 2 * 9 * channels * channels;
    const bottleneck = 2 * channels * inner + 9 * inner * inner;
    const macs = (weights) => height * width * weights;
    return {
      basic: { weights: basic, macs: macs(basic) },
      bottleneck: { weights: bottleneck, macs: macs(bottleneck) },
    };
  },

  /* Numbers that look random and are the same for everyone: uniform in [0, 1) from a seed. */
  random(seed) {
    let state = seed >>> 0;
    return () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 32;
    };
  },

  /* Standard normal numbers by the Box-Muller transform. */
  gaussians(count, seed) {
    const uniform = workbook.random(seed);
    return Array.from({ length: count }, () => {
      const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
      return radius * Math.cos(2 * Math.PI * uniform());
    });
  },
};

if (typeof module !== "undefined") module.exports = workbook;
