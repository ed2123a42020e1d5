package org.cofitune.model;

import java.util.Arrays;

/**
 * The rotary position embedding's frequencies and angles, in double precision.
 *
 * <p>Frequency i of {@code headDim / 2} is {@code theta^(-2i / headDim)} before scaling; the
 * scalings are those of {@code transformers.modeling_rope_utils}.
 */
public final class RotaryEmbedding {
  private final int headDim;
  private final double theta;
  private final RopeScaling scaling;

  public RotaryEmbedding(ModelConfig config) {
    this(config.attention().headDim(), config.ropeTheta(), config.ropeScaling());
  }

  RotaryEmbedding(int headDim, double theta, RopeScaling scaling) {
    this.headDim = headDim;
    this.theta = theta;
    this.scaling = scaling;
  }

  /** Whether a sequence of this length has frequencies that no other length has. */
  public boolean stretches(int length) {
    return scaling instanceof RopeScaling.Dynamic dynamic
        && length > dynamic.originalMaxPositions();
  }

  /** The factor on cos and sin. */
  public double attentionFactor() {
    return scaling instanceof RopeScaling.Yarn yarn ? yarn.attentionFactor() : 1.0;
  }

  /** The {@code headDim / 2} frequencies for a sequence of a length. */
  public double[] frequencies(int length) {
    if (scaling instanceof RopeScaling.Linear linear) {
      return divided(plain(theta), linear.factor());
    }
    if (scaling instanceof RopeScaling.Dynamic dynamic) {
      return plain(dynamicTheta(dynamic, length));
    }
    if (scaling instanceof RopeScaling.Llama3 llama3) {
      return llama3(plain(theta), llama3);
    }
    if (scaling instanceof RopeScaling.Yarn yarn) {
      return yarn(plain(theta), yarn);
    }
    return plain(theta);
  }

  private double[] plain(double base) {
    double[] frequencies = new double[headDim / 2];
    for (int i = 0; i < frequencies.length; i++) {
      frequencies[i] = Math.pow(base, -2.0 * i / headDim);
    }
    return frequencies;
  }

  private static double[] divided(double[] frequencies, double factor) {
    return Arrays.stream(frequencies).map(f -> f / factor).toArray();
  }

  private double dynamicTheta(RopeScaling.Dynamic dynamic, int length) {
    double max = dynamic.originalMaxPositions();
    double effective = Math.max(length, max);
    double growth = dynamic.factor() * effective / max - (dynamic.factor() - 1);
    return theta * Math.pow(growth, headDim / (headDim - 2.0));
  }

  private static double[] llama3(double[] frequencies, RopeScaling.Llama3 s) {
    double longest = s.originalMaxPositions() / s.lowFrequencyFactor();
    double shortest = s.originalMaxPositions() / s.highFrequencyFactor();
    return Arrays.stream(frequencies)
        .map(
            f -> {
              double wavelength = 2 * Math.PI / f;
              if (wavelength < shortest) {
                return f;
              }
              if (wavelength > longest) {
                return f / s.factor();
              }
              double smooth =
                  (s.originalMaxPositions() / wavelength - s.lowFrequencyFactor())
                      / (s.highFrequencyFactor() - s.lowFrequencyFactor());
              return (1 - smooth) * f / s.factor() + smooth * f;
            })
        .toArray();
  }

  private double[] yarn(double[] frequencies, RopeScaling.Yarn s) {
    double low = correctionDimension(s.betaFast(), s);
    double high = correctionDimension(s.betaSlow(), s);
    if (s.truncate()) {
      low = Math.floor(low);
      high = Math.ceil(high);
    }
    low = Math.max(low, 0);
    high = Math.min(high, headDim - 1);
    if (low == high) {
      high += 0.001; // as transformers does, to avoid a division by zero
    }
    double[] scaled = new double[frequencies.length];
    for (int i = 0; i < scaled.length; i++) {
      double ramp = Math.min(1, Math.max(0, (i - low) / (high - low)));
      double extrapolated = 1 - ramp;
      scaled[i] = frequencies[i] / s.factor() * ramp + frequencies[i] * extrapolated;
    }
    return scaled;
  }

  /** The dimension whose wavelength turns {@code rotations} times in the original context. */
  private double correctionDimension(double rotations, RopeScaling.Yarn s) {
    return headDim
        * Math.log(s.originalMaxPositions() / (rotations * 2 * Math.PI))
        / (2 * Math.log(theta));
  }
}
