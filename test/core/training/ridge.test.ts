// Ridge regression against its own equations and its limits.
import { describe, expect, it } from 'vitest';
import { ridge, type Moments } from '../../../src/core/training/ridge';
import { normals } from '../../../src/shared/base/random';

function momentsOf(xs: readonly Float32Array[], ys: readonly (readonly number[])[]): Moments {
  const [features, outputs] = [xs[0]?.length ?? 0, ys[0]?.length ?? 0];
  const moments = {
    count: xs.length,
    features,
    outputs,
    xx: new Float64Array(features * features),
    xy: new Float64Array(features * outputs),
    x: new Float64Array(features),
    y: new Float64Array(outputs),
  };
  for (const [n, x] of xs.entries()) {
    const y = ys[n] ?? [];
    x.forEach((xi, i) => {
      moments.x[i]! += xi;
      x.forEach((xj, j) => (moments.xx[i * features + j]! += xi * xj));
      y.forEach((yj, j) => (moments.xy[i * outputs + j]! += xi * yj));
    });
    y.forEach((yj, j) => (moments.y[j]! += yj));
  }
  return moments;
}

describe('ridge', () => {
  it('finds a linear map and its bias exactly when nothing holds it back', () => {
    const xs = Array.from({ length: 200 }, (_, n) => normals(3, n));
    const ys = xs.map(([a = 0, b = 0, c = 0]) => [2 * a - b + 0.5, 3 * c - 1]);
    const { weights, bias } = ridge(momentsOf(xs, ys), 1e-9);
    const expected = [2, 0, -1, 0, 0, 3];
    expected.forEach((value, i) => expect(weights[i]).toBeCloseTo(value, 5));
    expect(bias[0]).toBeCloseTo(0.5, 5);
    expect(bias[1]).toBeCloseTo(-1, 5);
  });

  it('shrinks the weights towards zero and the prediction towards the mean as λ grows', () => {
    const xs = Array.from({ length: 50 }, (_, n) => normals(2, n));
    const ys = xs.map(([a = 0]) => [a + 4]);
    const sizes = [1e-6, 1, 100, 1e6].map((lambda) =>
      Math.abs(ridge(momentsOf(xs, ys), lambda).weights[0] ?? 0),
    );
    expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
    const mean = ys.reduce((sum, [y = 0]) => sum + y, 0) / ys.length;
    expect(ridge(momentsOf(xs, ys), 1e9).bias[0]).toBeCloseTo(mean, 4);
  });

  it('satisfies the normal equations (XᵀX + λI) W = Xᵀ(Y − b)', () => {
    const xs = Array.from({ length: 30 }, (_, n) => normals(8, 100 + n));
    const ys = xs.map((_, n) => [...normals(2, 900 + n)]);
    const moments = momentsOf(xs, ys);
    const lambda = 0.3;
    const { weights, bias } = ridge(moments, lambda);
    let trace = 0;
    for (let i = 0; i < 8; i++) trace += moments.xx[9 * i]! - moments.x[i]! ** 2 / 30;
    for (let i = 0; i < 8; i++) {
      for (let o = 0; o < 2; o++) {
        let left = ((lambda * trace) / 8) * weights[2 * i + o]!;
        for (let j = 0; j < 8; j++) left += moments.xx[8 * i + j]! * weights[2 * j + o]!;
        expect(left).toBeCloseTo(moments.xy[2 * i + o]! - moments.x[i]! * bias[o]!, 3);
      }
    }
  });
});
