package org.cofitune.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.cofitune.data.TokenizedExample;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.engine.HostTensors;
import org.cofitune.engine.Precision;
import org.cofitune.engine.ranks.ProcessGroup;
import org.cofitune.engine.ranks.RanksInThreads;
import org.cofitune.error.CofituneException;
import org.cofitune.model.LoadedModel;
import org.cofitune.model.ModelConfigReader;
import org.cofitune.model.Region;
import org.cofitune.model.RegionParser;
import org.cofitune.testing.TinyModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Processes that share the frozen matrices train as processes that each have all of them. */
final class ShardedWeightsTest {
  private static final int LAYERS = 4;

  /** Steps of 12 rows with three processes: 4 each in two batches, then of those left over. */
  private static final TrainingArguments ARGUMENTS =
      TinyTraining.ARGUMENTS.with(
          Map.of(
              "gradient_checkpointing",
              true,
              "per_device_train_batch_size",
              2,
              "gradient_accumulation_steps",
              2,
              "per_device_eval_batch_size",
              1,
              "max_steps",
              5,
              "eval_steps",
              1));

  private static final TrainingArguments SHARDED = ARGUMENTS.with("shard_frozen", true);

  @TempDir Path folder;

  /** What came of a training. */
  private record Trained(Map<String, double[]> weights, List<Double> losses) {}

  @ParameterizedTest
  @CsvSource({
    "2, F32, FLOAT32, 1-2:up_proj+down_proj",
    "3, F32, FLOAT32, 1-2:up_proj+down_proj",
    "2, BF16, FLOAT32, 2:mha",
    "3, BF16, BFLOAT16, 3:ffn",
    "2, F32, FLOAT32, 0-0:q_proj",
    "2, F32, FLOAT32, all",
  })
  void theWeightsAreThoseOfProcessesThatHaveAll(
      int processes, String dtype, Precision precision, String region) {
    Path model = TinyModel.llama().withDtype(dtype).writeTo(folder.resolve("model"));

    List<Trained> resident = train(model, processes, precision, region, ARGUMENTS, 20, 3);
    List<Trained> sharded = train(model, processes, precision, region, SHARDED, 20, 3);

    assertSame(sharded, resident);
  }

  @ParameterizedTest
  @CsvSource({
    "2, int8, none",
    "3, int8, none",
    "3, nf4, none",
    "2, int8, frozen",
    "3, stored, frozen"
  })
  void whatTravelsMayBeQuantisedAndWaitOnTheHost(int processes, String dtype, String offload) {
    Path model = TinyModel.llama().withDtype("BF16").writeTo(folder.resolve("model"));
    TrainingArguments held = ARGUMENTS.with("frozen_dtype", dtype);

    List<Trained> resident = train(model, processes, Precision.FLOAT32, "1-2:up_proj", held, 20, 3);
    List<Trained> sharded =
        train(
            model,
            processes,
            Precision.FLOAT32,
            "1-2:up_proj",
            held.with(Map.of("shard_frozen", true, "offload", offload)),
            20,
            3);

    assertSame(sharded, resident);
  }

  /**
   * Of 13 rows the second step has one, of 15 three; of one held-out row two processes have none.
   */
  @ParameterizedTest
  @CsvSource({"13, 1", "15, 2", "17, 5", "19, 4"})
  void aProcessWithFewerRowsTakesPartInEveryGathering(int rows, int heldOut) {
    Path model = TinyModel.llama().writeTo(folder.resolve("model"));
    String region = "1-2:up_proj";

    List<Trained> resident = train(model, 3, Precision.FLOAT32, region, ARGUMENTS, rows, heldOut);
    List<Trained> sharded = train(model, 3, Precision.FLOAT32, region, SHARDED, rows, heldOut);

    assertSame(sharded, resident);
  }

  /** Its process leaves its later rows, in a step and in all others that are skipped. */
  @Test
  void aStepThatIsSkippedIsSkippedByAll() {
    Path model = TinyModel.llama().writeTo(folder.resolve("model"));
    TrainingArguments skipping = SHARDED.with(Map.of("on_non_finite", "skip", "eval_steps", -1));

    List<List<TrainingEvent>> events =
        RanksInThreads.run(
            folder,
            2,
            group -> {
              List<TrainingEvent> own = new ArrayList<>();
              train(
                  group,
                  model,
                  Precision.FLOAT32,
                  "1-2:up_proj",
                  skipping,
                  20,
                  0,
                  new SecondIsInfinite(group.rank() == 1),
                  own);
              return own;
            });

    for (List<TrainingEvent> own : events) {
      assertThat(own).filteredOn(TrainingEvent.StepSkipped.class::isInstance).hasSize(1);
      assertThat(own).filteredOn(TrainingEvent.StepTaken.class::isInstance).hasSize(4);
    }
  }

  @Test
  void aProcessAloneHasEverything() {
    Path model = TinyModel.llama().writeTo(folder.resolve("model"));
    Engine engine = Engine.start(EngineOptions.defaults().withDevice("cpu").withThreads(1));

    try (LoadedModel alone =
            LoadedModel.open(
                model, engine, Optional.of(Precision.FLOAT32), SHARDED.holding(Set.of()));
        PointerScope scope = new PointerScope()) {
      assertThat(alone.parameters().get("model.layers.3.mlp.up_proj.weight").numel()).isPositive();
      assertThat(alone.parameters().get("model.layers.0.mlp.up_proj.weight").numel()).isPositive();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theWayBackMustNotKeepWhatWasGathered(boolean sharded) {
    TrainingArguments keeping = TinyTraining.ARGUMENTS.with("gradient_checkpointing", false);

    if (sharded) {
      assertThatThrownBy(() -> keeping.with("shard_frozen", true))
          .isInstanceOf(CofituneException.class)
          .hasMessageContaining("shard_frozen")
          .hasMessageContaining("gradient_checkpointing is false");
    } else {
      assertThat(keeping.with("shard_frozen", false)).isEqualTo(keeping);
    }
  }

  @Test
  void aRunIsTheSameWhoeverHoldsItsFrozenWeights() {
    List<TokenizedExample> rows = TinyTraining.rows(2, 1);

    assertThat(RunIdentity.of(SHARDED, rows)).isEqualTo(RunIdentity.of(ARGUMENTS, rows));
  }

  /** The cross entropy, but for the first batch. */
  private static final class SecondIsInfinite implements TokenObjective {
    private boolean broken;

    SecondIsInfinite(boolean here) {
      broken = here;
    }

    @Override
    public TokenLosses differentiate(Tensor logits, Tensor targets) {
      if (broken) {
        broken = false;
        logits.mul_(new Scalar(Double.NaN));
      }
      return new CrossEntropy().differentiate(logits, targets);
    }
  }

  private static void assertSame(List<Trained> some, List<Trained> others) {
    for (int rank = 0; rank < some.size(); rank++) {
      Trained one = some.get(rank);
      Trained other = others.get(rank);
      assertThat(one.losses()).isEqualTo(other.losses()).hasSizeGreaterThan(5);
      assertThat(one.weights()).isNotEmpty().hasSameSizeAs(other.weights());
      one.weights()
          .forEach(
              (name, values) -> assertThat(values).as(name).isEqualTo(other.weights().get(name)));
    }
  }

  private List<Trained> train(
      Path model,
      int processes,
      Precision precision,
      String region,
      TrainingArguments arguments,
      int rows,
      int heldOut) {
    return RanksInThreads.run(
        folder,
        processes,
        group ->
            train(
                group,
                model,
                precision,
                region.replace('+', ','),
                arguments,
                rows,
                heldOut,
                new CrossEntropy(),
                new ArrayList<>()));
  }

  private static Trained train(
      ProcessGroup group,
      Path folder,
      Precision precision,
      String regionText,
      TrainingArguments arguments,
      int rows,
      int heldOut,
      TokenObjective objective,
      List<TrainingEvent> events) {
    Engine engine = Engine.start(EngineOptions.defaults().withDevice("cpu").withThreads(1));
    Region region = RegionParser.parse(regionText, LAYERS);
    Set<String> changed = region.parameters(ModelConfigReader.read(folder)).keySet();
    try (LoadedModel model =
        LoadedModel.open(
            folder, engine, Optional.of(precision), group, arguments.holding(changed))) {
      TrainingTask task =
          TrainingTask.ofParameters(
                  model.decoder(),
                  changed,
                  TinyTraining.rows(rows, 7),
                  TinyTraining.rows(heldOut, 8),
                  arguments)
              .withRanks(new Ranks(group, group.size()))
              .withObjective(objective);
      try (Trainer trainer = new Trainer(task, List.of(events::add))) {
        trainer.run(() -> false);
      }
      Map<String, double[]> weights = new LinkedHashMap<>();
      try (PointerScope scope = new PointerScope()) {
        changed.forEach(
            name -> weights.put(name, HostTensors.toDoubles(model.parameters().held(name))));
      }
      return new Trained(weights, losses(events));
    }
  }

  private static List<Double> losses(List<TrainingEvent> events) {
    List<Double> losses = new ArrayList<>();
    for (TrainingEvent event : events) {
      if (event instanceof TrainingEvent.StepTaken step) {
        losses.add(step.loss());
      } else if (event instanceof TrainingEvent.Evaluated evaluated) {
        losses.add(evaluated.evalLoss());
      }
    }
    return losses;
  }
}
