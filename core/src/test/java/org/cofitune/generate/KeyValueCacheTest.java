package org.cofitune.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.engine.HostTensors;
import org.cofitune.engine.Precision;
import org.cofitune.model.Decoder;
import org.cofitune.model.ForwardPass;
import org.cofitune.model.GoldenModel;
import org.cofitune.model.LoadedModel;
import org.cofitune.model.Parameters;
import org.cofitune.testing.Shared;
import org.cofitune.testing.TinyModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyValueCacheTest {
  private static final double EXACT = 1e-10;

  @TempDir Path temporary;

  @ParameterizedTest
  @ValueSource(strings = {"llama", "mistral", "qwen2"})
  void cachedLogitsAreThoseOfAFullRecompute(String family) {
    TinyModel tiny =
        switch (family) {
          case "mistral" -> TinyModel.mistral();
          case "qwen2" -> TinyModel.qwen2();
          default -> TinyModel.llama();
        };
    try (LoadedModel model = open(tiny)) {
      live(model.decoder());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"a_mha", "b_llama3_gqa", "c_qwen2", "f_mistral_swa"})
  void cachedLogitsOfGoldenModelsAreThoseOfAFullRecompute(String name) {
    try (GoldenModel golden = GoldenModel.open(Shared.of("golden/" + name), Precision.FLOAT64);
        Parameters parameters = golden.parameters();
        Decoder decoder = new Decoder(golden.config(), parameters)) {
      live(decoder);
    }
  }

  @Test
  void removingTheLastSequenceNeedsNoSuccessor() {
    try (LoadedModel model = open(TinyModel.llama());
        KeyValueCache cache = cacheOf(model.decoder())) {
      cache.add();
      cache.add();
      cache.remove(1);
      assertThat(cache.sequences()).isEqualTo(1);
      assertThatThrownBy(() -> cache.length(1)).isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void bytesPerTokenCountKeysAndValuesOfAllLayers() {
    try (LoadedModel model = open(TinyModel.llama())) {
      // 4 layers x (keys + values) x 2 heads x 8 numbers x 4 bytes
      assertThat(KeyValueCache.bytesPerToken(model.config(), Precision.FLOAT32)).isEqualTo(512);
    }
  }

  /** Begins, continues, branches, shortens and removes sequences, and checks every logit. */
  private static void live(Decoder decoder) {
    try (Life life = new Life(decoder)) {
      life.begin(5, 17, 1, 12);
      life.append(new int[] {0, 1, 2, 3}, 1, 9);
      life.append(new int[] {2, 0}, 4, 1);
      life.remove(1);
      life.append(new int[] {0, 1, 2}, 1, 3);
      life.fork(0, 2);
      life.append(new int[] {0, 1, 2, 3, 4}, 1, 40);
      life.truncate(3, 6);
      life.append(new int[] {3}, 9, 1);
      life.append(new int[] {4}, 1, 2);
      assertThat(life.checked).isGreaterThan(250);
    }
  }

  /** Sequences in a cache, and what they consist of. */
  private static final class Life implements AutoCloseable {
    private final Decoder decoder;
    private final KeyValueCache cache;
    private final List<List<Integer>> sequences = new ArrayList<>();
    private final Random random = new Random(7);
    private int checked;

    Life(Decoder decoder) {
      this.decoder = decoder;
      this.cache = cacheOf(decoder);
    }

    void begin(int... lengths) {
      int[] which = new int[lengths.length];
      for (int i = 0; i < lengths.length; i++) {
        which[i] = cache.add();
        sequences.add(new ArrayList<>());
      }
      append(which, lengths, 1);
    }

    /** Appends {@code count} tokens to each of the sequences, several times, then checks them. */
    void append(int[] which, int count, int times) {
      int[] counts = new int[which.length];
      Arrays.fill(counts, count);
      append(which, counts, times);
    }

    private void append(int[] which, int[] counts, int times) {
      List<List<double[]>> given = new ArrayList<>();
      Arrays.stream(which).forEach(s -> given.add(new ArrayList<>()));
      for (int time = 0; time < times; time++) {
        int[] fresh =
            random.ints(Arrays.stream(counts).sum(), 0, decoder.config().vocabSize()).toArray();
        double[][] logits;
        try (NoGradGuard noGrad = new NoGradGuard();
            PointerScope scope = new PointerScope()) {
          logits = logits(decoder, fresh, cache.append(decoder, which, counts));
        }
        int at = 0;
        for (int i = 0; i < which.length; i++) {
          for (int k = 0; k < counts[i]; k++, at++) {
            sequences.get(which[i]).add(fresh[at]);
            given.get(i).add(logits[at]);
          }
        }
      }
      for (int i = 0; i < which.length; i++) {
        check(which[i], given.get(i));
      }
    }

    private void check(int sequence, List<double[]> given) {
      int[] ids = sequences.get(sequence).stream().mapToInt(Integer::intValue).toArray();
      assertThat(cache.length(sequence)).isEqualTo(ids.length);
      double[][] wanted = recomputed(ids);
      for (int k = 0; k < given.size(); k++) {
        int position = ids.length - given.size() + k;
        assertThat(deviation(wanted[position], given.get(k)))
            .as("sequence %d, token %d", sequence, position)
            .isLessThan(EXACT);
        checked++;
      }
    }

    void remove(int sequence) {
      cache.remove(sequence);
      List<Integer> last = sequences.remove(sequences.size() - 1);
      if (sequence < sequences.size()) {
        sequences.set(sequence, last);
      }
    }

    void fork(int sequence, int copies) {
      int[] expected = IntStream.range(sequences.size(), sequences.size() + copies).toArray();
      assertThat(cache.fork(sequence, copies)).containsExactly(expected);
      for (int i = 0; i < copies; i++) {
        sequences.add(new ArrayList<>(sequences.get(sequence)));
      }
    }

    void truncate(int sequence, int length) {
      cache.truncate(sequence, length);
      sequences.set(sequence, new ArrayList<>(sequences.get(sequence).subList(0, length)));
    }

    private double[][] recomputed(int[] ids) {
      try (NoGradGuard noGrad = new NoGradGuard();
          PointerScope scope = new PointerScope()) {
        return logits(decoder, ids, decoder.packed(new int[] {0, ids.length}));
      }
    }

    @Override
    public void close() {
      cache.close();
    }
  }

  private static double deviation(double[] wanted, double[] actual) {
    double furthest = 0;
    for (int i = 0; i < wanted.length; i++) {
      double distance = Math.abs(wanted[i] - actual[i]);
      furthest = Double.isNaN(distance) ? Double.POSITIVE_INFINITY : Math.max(furthest, distance);
    }
    return furthest;
  }

  private static double[][] logits(Decoder decoder, int[] ids, ForwardPass pass) {
    Tensor hidden =
        decoder.layers(0, decoder.layers(), decoder.embed(HostTensors.ofIds(ids)), pass);
    double[] flat = HostTensors.toDoubles(decoder.logits(decoder.finalNorm(hidden)));
    int vocabulary = decoder.config().vocabSize();
    return IntStream.range(0, ids.length)
        .mapToObj(t -> Arrays.copyOfRange(flat, t * vocabulary, (t + 1) * vocabulary))
        .toArray(double[][]::new);
  }

  private static KeyValueCache cacheOf(Decoder decoder) {
    Parameters parameters = decoder.parameters();
    return new KeyValueCache(decoder.config(), parameters.device(), parameters.precision());
  }

  private LoadedModel open(TinyModel tiny) {
    Engine engine = Engine.start(new EngineOptions("cpu", 1, 0));
    return LoadedModel.open(tiny.writeTo(temporary), engine, Precision.FLOAT64);
  }
}
