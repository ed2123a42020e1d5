package org.cofitune.importance;

import java.util.Arrays;
import java.util.Random;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.cofitune.engine.HostTensors;

/**
 * Dropout drawn from a seed and the number of a row of the corpus, so that neither how rows are cut
 * into batches, nor the device, nor an interruption changes what is dropped.
 *
 * <p>Drawn are the gaps between dropped numbers, which are geometrically distributed: with the
 * authors' p = 0.003 that is 300 times less than drawing every number.
 */
public final class SeededDropout implements DropoutMasks {
  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;
  private static final int ATTENTION = 0;
  private static final int FEED_FORWARD = 1;

  private final double probability;
  private final long seed;
  private final long firstRow;
  private final Device device;
  private final ScalarType type;

  /**
   * Dropout of one batch.
   *
   * @param probability of a number to be dropped, 0 to 1, both exclusive
   * @param firstRow number of the batch's first sequence in the corpus
   * @param type of the masks
   */
  public SeededDropout(
      double probability, long seed, long firstRow, Device device, ScalarType type) {
    if (!(probability > 0 && probability < 1)) {
      throw new IllegalArgumentException("dropout probability " + probability);
    }
    this.probability = probability;
    this.seed = seed;
    this.firstRow = firstRow;
    this.device = device;
    this.type = type;
  }

  @Override
  public Tensor attention(int pass, int layer, int sequence, long... shape) {
    return mask(new long[] {firstRow + sequence, layer, pass, ATTENTION}, shape);
  }

  @Override
  public Tensor feedForward(int pass, int layer, int sequence, long... shape) {
    return mask(new long[] {firstRow + sequence, layer, pass, FEED_FORWARD}, shape);
  }

  /**
   * A mask of the same kind for another place in the network: 0, or {@code 1 / (1 - p)}.
   *
   * @param place numbers that name the place; equal ones give equal masks
   */
  public Tensor mask(long[] place, long... shape) {
    long count = Arrays.stream(shape).reduce(1, Math::multiplyExact);
    Tensor mask =
        torch.full(
            new long[] {count},
            new Scalar(1 / (1 - probability)),
            torch.dtype(type).device(new DeviceOptional(device)));
    long[] dropped = dropped(count, new Random(mixed(place)));
    if (dropped.length > 0) {
      mask.index_fill_(
          0, HostTensors.ofLongs(dropped).to(device, ScalarType.Long), new Scalar(0.0));
    }
    return mask.view(shape);
  }

  /** The dropped ones of {@code 0 ... count - 1}, ascending. */
  private long[] dropped(long count, Random random) {
    long[] positions = new long[16];
    int found = 0;
    double scale = 1 / StrictMath.log1p(-probability);
    long position = -1;
    while (true) {
      double gap = Math.floor(StrictMath.log(1 - random.nextDouble()) * scale);
      if (gap >= count - 1 - position) {
        return Arrays.copyOf(positions, found);
      }
      position += (long) gap + 1;
      if (found == positions.length) {
        positions = Arrays.copyOf(positions, 2 * found);
      }
      positions[found++] = position;
    }
  }

  private long mixed(long[] place) {
    long state = mix(seed + GOLDEN_GAMMA);
    for (long part : place) {
      state = mix(state + GOLDEN_GAMMA * (part + 1));
    }
    return state;
  }

  /** The finaliser of SplitMix64 (Steele, Lea, Flood 2014). */
  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
