package org.cofitune.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.cofitune.data.RowSource;
import org.cofitune.data.TokenizedExample;
import org.cofitune.engine.HostTensors;
import org.cofitune.model.Decoder;
import org.cofitune.model.GoldenBatch;
import org.cofitune.model.GoldenModel;
import org.cofitune.model.Parameters;
import org.cofitune.model.RegionParser;

/** The training runs that PyTorch made the golden weights with. */
public final class GoldenTraining {
  /** Selections of the golden program, as regions. */
  public static final Map<String, String> REGIONS =
      Map.of("mlp_l1-2", "1-2:up_proj,down_proj", "qkv_l0", "0:q_proj,k_proj,v_proj", "all", "all");

  private static final int STEPS = 3;
  private static final int ROWS_PER_STEP = 3;

  private GoldenTraining() {}

  /**
   * Takes three steps and asserts that every trained weight agrees.
   *
   * @param total steps that the schedule is made for
   * @param mask the golden run's name: {@code nomask}, {@code before}, {@code update}
   * @param rule what changes the steps
   */
  public static void assertRun(
      GoldenModel golden,
      String selection,
      int total,
      String mask,
      Function<TrainingTask, UpdateRule> rule) {
    TrainingArguments arguments =
        TrainingArguments.defaults()
            .with(
                Map.of(
                    "learning_rate",
                    1e-3,
                    "decay_all",
                    true,
                    "max_steps",
                    total,
                    "per_device_train_batch_size",
                    ROWS_PER_STEP,
                    "shuffle",
                    false));
    try (Parameters parameters = golden.parameters();
        Decoder decoder = new Decoder(golden.config(), parameters)) {
      TrainingTask plain =
          TrainingTask.ofRegion(
              decoder,
              RegionParser.parse(REGIONS.get(selection), golden.config().numHiddenLayers()),
              rows(golden),
              List.of(),
              arguments);
      TrainingTask task = plain.withRule(rule.apply(plain));
      try (Trainer trainer = new Trainer(task, List.of())) {
        AtomicInteger steps = new AtomicInteger();
        trainer.run(() -> steps.incrementAndGet() == STEPS);
      }
      int compared = 0;
      for (TrainedTensor tensor : task.tensors()) {
        String name = "adamw.%s.total%d.%s.%s".formatted(selection, total, mask, tensor.name());
        if (golden.expects(name)) { // biases and tied weights may go by other selections
          golden.assertTrainedWeightsAgree(name, HostTensors.toDoubles(tensor.master()));
          compared++;
        }
      }
      assertThat(compared).as(selection).isGreaterThanOrEqualTo(3);
    }
  }

  private static List<TokenizedExample> rows(GoldenModel golden) {
    List<TokenizedExample> rows = new ArrayList<>();
    for (int k = 0; k < STEPS; k++) {
      GoldenBatch batch = golden.batch(k, "labels");
      for (int r = 0; r < batch.lengths().length; r++) {
        int from = r * batch.width();
        int to = from + batch.lengths()[r];
        int row = rows.size() + 1;
        rows.add(
            new TokenizedExample(
                integers(Arrays.copyOfRange(batch.ids(), from, to)),
                integers(Arrays.copyOfRange(batch.labels(), from, to)),
                new RowSource(Path.of("golden"), row, row),
                false));
      }
    }
    return rows;
  }

  private static int[] integers(long[] values) {
    return Arrays.stream(values).mapToInt(Math::toIntExact).toArray();
  }
}
