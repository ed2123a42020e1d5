package org.cofitune.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.engine.HostTensors;
import org.cofitune.engine.Precision;
import org.cofitune.testing.Shared;
import org.cofitune.text.Tokenizer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What rounded neighbours cost a real model, on rows of its own kind; docs/scale.md has it. */
final class QuantisedErrorTest {
  private static final int ROWS = 32;
  private static final int TOKENS = 256;

  /** What a model says of the rows. */
  private record Answer(double[] logits, double loss) {}

  @ParameterizedTest
  @CsvSource({"INT8, 0.0145, 0.0006", "NF4, 0.1999, 0.1477"})
  void theErrorIsTheOneOfTheDocument(FrozenDtype dtype, double logitError, double lossError)
      throws IOException {
    Path folder = Shared.of("fixtures/models/stories3M");
    List<int[]> rows = rows(folder);

    Answer stored = answer(folder, rows, FrozenHolding.RESIDENT);
    Region region = RegionParser.parse("25%-50%:up_proj,down_proj", 6);
    Answer rounded =
        answer(
            folder,
            rows,
            new FrozenHolding(
                dtype, false, false, region.parameters(ModelConfigReader.read(folder)).keySet()));

    double off = 0;
    double all = 0;
    for (int i = 0; i < stored.logits().length; i++) {
      double difference = rounded.logits()[i] - stored.logits()[i];
      off += difference * difference;
      all += stored.logits()[i] * stored.logits()[i];
    }
    assertThat(Math.sqrt(off / all)).isCloseTo(logitError, within(0.05 * logitError));
    assertThat(rounded.loss() - stored.loss()).isCloseTo(lossError, within(2e-4));
  }

  private static List<int[]> rows(Path folder) throws IOException {
    List<int[]> rows = new ArrayList<>();
    List<String> lines = Files.readAllLines(Shared.of("fixtures/data/tinystories_valid.jsonl"));
    try (Tokenizer tokenizer = Tokenizer.load(folder)) {
      for (String line : lines.subList(0, ROWS)) {
        int[] ids = tokenizer.encode(new ObjectMapper().readTree(line).get("text").asText(), true);
        rows.add(Arrays.copyOf(ids, Math.min(ids.length, TOKENS)));
      }
    }
    return rows;
  }

  /** Logits of every token, and the mean loss of the next ones. */
  private static Answer answer(Path folder, List<int[]> rows, FrozenHolding holding) {
    Engine engine = Engine.start(EngineOptions.defaults().withDevice("cpu").withThreads(1));
    List<double[]> logits = new ArrayList<>();
    double loss = 0;
    long tokens = 0;
    try (LoadedModel model =
        LoadedModel.open(folder, engine, Optional.of(Precision.FLOAT32), holding)) {
      Decoder decoder = model.decoder();
      for (int[] ids : rows) {
        try (PointerScope scope = new PointerScope();
            NoGradGuard noGrad = new NoGradGuard()) {
          Tensor input = HostTensors.ofIds(ids);
          Tensor hidden =
              decoder.layers(
                  0,
                  decoder.layers(),
                  decoder.embed(input),
                  decoder.packed(new int[] {0, ids.length}));
          Tensor all = decoder.logits(decoder.finalNorm(hidden));
          logits.add(HostTensors.toDoubles(all));
          int next = ids.length - 1;
          loss +=
              next
                  * torch
                      .cross_entropy_loss(all.narrow(0, 0, next), input.narrow(0, 1, next))
                      .item_double();
          tokens += next;
        }
      }
    }
    return new Answer(logits.stream().flatMapToDouble(Arrays::stream).toArray(), loss / tokens);
  }
}
