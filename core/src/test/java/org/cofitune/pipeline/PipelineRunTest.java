package org.cofitune.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.cofitune.error.CofituneException;
import org.cofitune.evaluate.EvaluationListener;
import org.cofitune.evaluate.score.ScorecardJson;
import org.cofitune.importance.ImportanceProgress;
import org.cofitune.search.SearchListener;
import org.cofitune.store.AtomicDirectory;
import org.cofitune.store.Fingerprint;
import org.cofitune.train.TrainingListener;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PipelineRunTest {
  @TempDir Path directory;

  @BeforeEach
  void writeModelRowsAndTasks() throws IOException {
    TwoDomains.write(directory);
    Files.writeString(
        directory.resolve("tasks.yaml"),
        """
        task: counting
        group: speciality
        dataset: rows.jsonl
        output_type: loglikelihood
        doc_to_text: instruction
        doc_to_target: output
        metric_list: [{metric: token_perplexity}]
        ---
        task: stories
        group: gen-kn
        dataset: general.jsonl
        output_type: loglikelihood_rolling
        doc_to_target: text
        """);
  }

  @Test
  void oneRecipeMakesModelScoreCardsAndComparison() {
    Stages stages = new Stages();

    assertThat(run(recipe("run"), stages)).isTrue();

    RunDirectory run = new RunDirectory(directory.resolve("run"));
    assertThat(stages.run).containsExactly(Stage.values());
    assertThat(run.model().resolve("model.safetensors")).exists();
    assertThat(run.importance().resolve("general/head_impt.npy")).exists();
    assertThat(ScorecardJson.read(run.baseScorecard()).uni()).isNotNull();
    assertThat(ScorecardJson.read(run.scorecard()).gauges())
        .extracting(gauge -> gauge.texts())
        .containsExactly("held-out rows");
    assertThat(ScorecardJson.readComparison(run.comparison()).retention()).isNotNull();
    assertThat(Recipe.ofFile(run.recipe()).section(RunSection.class).region()).isEqualTo("search");
  }

  @Test
  void baseAndTunedModelContinueTheSameHeldOutRows() {
    run(recipe("run").with("samples.rows=3").with("samples.max_new_tokens=5"), new Stages());

    List<Sample> samples = Sample.read(new RunDirectory(directory.resolve("run")).samples());
    assertThat(samples).hasSize(3);
    assertThat(samples)
        .allSatisfy(
            sample -> {
              assertThat(sample.row()).contains("rows.jsonl:");
              assertThat(sample.prompt()).contains("Count to").doesNotContain("ok");
              assertThat(sample.reference()).isEqualToIgnoringWhitespace("ok");
              assertThat(sample.tuned()).isNotEqualTo(sample.base());
            });
  }

  @Test
  void otherSamplesNeedNoTraining() {
    run(recipe("run"), new Stages());
    Stages again = new Stages();

    run(recipe("run").with("samples.rows=0"), again);

    assertThat(again.run).containsExactly(Stage.SCORES);
    assertThat(again.reasons.get(Stage.SCORES)).contains("samples.rows was 4, is none");
    assertThat(new RunDirectory(directory.resolve("run")).samples()).doesNotExist();
  }

  @Test
  void theSameRecipeAgainDoesNothing() throws IOException {
    run(recipe("run"), new Stages());
    Map<String, String> before = bytes("run");
    Stages again = new Stages();

    assertThat(run(recipe("run"), again)).isTrue();

    assertThat(again.run).isEmpty();
    assertThat(again.skipped.values()).containsOnly("unchanged");
    assertThat(bytes("run")).isEqualTo(before);
  }

  @Test
  void anotherSeedRunsOnlyWhatDependsOnIt() {
    run(recipe("run"), new Stages());
    Stages again = new Stages();

    run(recipe("run").with("seed=7"), again);

    assertThat(again.run).containsExactly(Stage.SEARCH, Stage.TRAINING, Stage.SCORES);
    assertThat(again.reasons.get(Stage.TRAINING)).contains("seed was 42, is 7");
    assertThat(again.skipped)
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(Stage.BASE_SCORES, "unchanged", Stage.IMPORTANCE, "unchanged"));
  }

  @Test
  void aPlanNamesWhatWouldRunAndRunsNothing() throws IOException {
    run(recipe("run"), new Stages());
    Map<String, String> before = bytes("run");

    List<PlannedStage> plan = PipelineRun.plan(recipe("run").with("seed=7"));

    assertThat(plan)
        .filteredOn(PlannedStage::runs)
        .extracting(PlannedStage::stage)
        .containsExactly(Stage.SEARCH, Stage.TRAINING, Stage.SCORES);
    assertThat(plan).contains(new PlannedStage(Stage.TRAINING, true, "after search"));
    assertThat(PipelineRun.plan(recipe("run"))).noneMatch(PlannedStage::runs);
    assertThat(bytes("run")).isEqualTo(before);
  }

  @Test
  void aChangedRowOfATaskAsksAgainAndTrainsNothing() throws IOException {
    run(recipe("run"), new Stages());
    Path tasks = directory.resolve("tasks.yaml");
    Files.writeString(
        tasks,
        Files.readString(tasks)
            .replace("doc_to_text: instruction", "doc_to_text: '{{instruction}}!'"));
    Stages again = new Stages();

    run(recipe("run"), again);

    assertThat(again.run).containsExactly(Stage.BASE_SCORES, Stage.SCORES);
    assertThat(again.reasons.get(Stage.SCORES)).isEqualTo("task counting changed");
  }

  @Test
  void aRemovedModelIsMadeAgain() throws IOException {
    run(recipe("run"), new Stages());
    Map<String, String> before = bytes("run/delta");
    AtomicDirectory.remove(directory.resolve("run/model"));
    Stages again = new Stages();

    run(recipe("run"), again);

    assertThat(again.run).containsExactly(Stage.TRAINING);
    assertThat(again.reasons.get(Stage.TRAINING)).isEqualTo("outputs were changed or removed");
    assertThat(directory.resolve("run/model/model.safetensors")).exists();
    assertThat(bytes("run/delta").get("delta.safetensors"))
        .isEqualTo(before.get("delta.safetensors"));
  }

  @Test
  void aRunInterruptedAnywhereEndsWithTheSameModelAndScores() throws IOException {
    run(recipe("whole"), new Stages());
    int pauses = 0;
    boolean complete = false;
    for (int patience = 5; !complete; patience += 3) {
      AtomicInteger asked = new AtomicInteger();
      int limit = patience;
      complete = run(recipe("parts"), new Stages(), () -> asked.incrementAndGet() > limit);
      pauses += complete ? 0 : 1;
    }

    assertThat(pauses).isGreaterThan(3);
    for (String file :
        List.of(
            "search/trials.jsonl",
            "importance/general/head_impt.npy",
            "delta/delta.safetensors",
            "model/model.safetensors",
            "scorecard.json",
            "base-scorecard.json")) {
      assertThat(directory.resolve("parts").resolve(file))
          .as(file)
          .hasSameBinaryContentAs(directory.resolve("whole").resolve(file));
    }
  }

  @Test
  void aStageThatWasInterruptedIsSaidToGoOn() {
    AtomicInteger asked = new AtomicInteger();
    Stages first = new Stages();
    run(recipe("run"), first, () -> asked.incrementAndGet() > 20);
    Stage last = Collections.max(first.reasons.keySet());

    List<PlannedStage> plan = PipelineRun.plan(recipe("run"));

    assertThat(plan).contains(new PlannedStage(last, true, "interrupted before"));
  }

  @Test
  void aGivenRegionNeedsNoSearchAndAPlainMethodNoImportance() {
    Stages stages = new Stages();

    run(recipe("run").with("region=1-2:up_proj").with("method=region"), stages);

    assertThat(stages.run).containsExactly(Stage.BASE_SCORES, Stage.TRAINING, Stage.SCORES);
    assertThat(stages.skipped.get(Stage.SEARCH)).contains("1-2:up_proj");
  }

  @Test
  void withoutTasksTheHeldOutRowsAreGauged() {
    Stages stages = new Stages();

    run(recipe("run").with("evaluate.tasks=null").with("region=1-2:up_proj"), stages);

    assertThat(stages.run).containsExactly(Stage.IMPORTANCE, Stage.TRAINING, Stage.SCORES);
    RunDirectory run = new RunDirectory(directory.resolve("run"));
    assertThat(ScorecardJson.read(run.scorecard()).gauges()).hasSize(1);
    assertThat(run.comparison()).doesNotExist();
  }

  @Test
  void tasksCanScoreTheTrials() throws IOException {
    Stages stages = new Stages();

    run(recipe("run").with("search.tasks=[" + directory.resolve("tasks.yaml") + "]"), stages);

    assertThat(Files.readString(directory.resolve("run/search/setting.json")))
        .contains("\"task counting\"", "\"task stories\"");
  }

  @Test
  void aMaskWithoutImportanceIsRefusedBeforeWeightsLoad() throws IOException {
    Files.delete(directory.resolve("base/model.safetensors"));

    assertThatThrownBy(() -> run(recipe("run").with("importance.dataset=null"), new Stages()))
        .isInstanceOf(CofituneException.class)
        .hasMessageContainingAll("cofitune", "importance.dataset");
    assertThat(directory.resolve("run")).doesNotExist();
  }

  @Test
  void aProcessThatEndedAsItsFirstStageBeganGoesOn() {
    Stages ending =
        new Stages() {
          @Override
          public void onStarted(Stage stage, String reason) {
            throw new IllegalStateException("as if killed");
          }
        };
    try (PipelineRun run = PipelineRun.prepare(recipe("run"))) {
      assertThatThrownBy(() -> run.execute(ending, () -> false)).hasMessage("as if killed");
    }

    assertThat(run(recipe("run").with("evaluate.tasks=null"), new Stages())).isTrue();
  }

  @Test
  void aFolderOfSomethingElseIsRefused() throws IOException {
    Files.createDirectories(directory.resolve("run"));
    Files.writeString(directory.resolve("run/notes.txt"), "mine");

    assertThatThrownBy(() -> run(recipe("run"), new Stages()))
        .isInstanceOf(CofituneException.class)
        .hasMessageContaining("in use");
  }

  private Recipe recipe(String output) {
    return Recipe.ofDefaults()
        .withOption("model_name_or_path", directory.resolve("base"), "test")
        .withOption("dataset", List.of(directory.resolve("rows.jsonl")), "test")
        .withOption("output_dir", directory.resolve(output), "test")
        .withOption("evaluate.tasks", List.of(directory.resolve("tasks.yaml")), "test")
        .withOption("importance.dataset", List.of(directory.resolve("general.jsonl")), "test")
        .withOption("search.versatility_data", List.of(directory.resolve("general.jsonl")), "test")
        .with("method=cofitune")
        .with("region=search")
        .with("search.max_steps=4")
        .with("search.levels=[halves]")
        .with("search.forecast_rows=2")
        .with("importance.batch_size=2")
        .with("val_size=4")
        .with("max_steps=4")
        .with("save_steps=2")
        .with("per_device_train_batch_size=2")
        .with("learning_rate=0.01")
        .with("threads=1")
        .with("device=cpu");
  }

  private static boolean run(Recipe recipe, Stages stages) {
    return run(recipe, stages, () -> false);
  }

  private static boolean run(Recipe recipe, Stages stages, BooleanSupplier interrupted) {
    try (PipelineRun run = PipelineRun.prepare(recipe)) {
      return run.execute(stages, interrupted);
    }
  }

  /** Hashes of all files of a folder that a run leaves, by path. */
  private Map<String, String> bytes(String folder) throws IOException {
    Map<String, String> bytes = new TreeMap<>();
    Path root = directory.resolve(folder);
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (!file.endsWith(".lock")) {
          bytes.put(root.relativize(file).toString(), Fingerprint.ofFile(file).sha256());
        }
      }
    }
    return bytes;
  }

  /** What became of every stage. */
  private static class Stages implements PipelineListener {
    final List<Stage> run = new ArrayList<>();
    final Map<Stage, String> reasons = new TreeMap<>();
    final Map<Stage, String> skipped = new TreeMap<>();

    @Override
    public void onSkipped(Stage stage, String reason) {
      skipped.put(stage, reason);
    }

    @Override
    public void onStarted(Stage stage, String reason) {
      reasons.put(stage, reason);
    }

    @Override
    public void onFinished(Stage stage, double seconds) {
      run.add(stage);
    }

    @Override
    public EvaluationListener evaluation() {
      return EvaluationListener.NONE;
    }

    @Override
    public SearchListener search() {
      return event -> {};
    }

    @Override
    public Consumer<ImportanceProgress> importance() {
      return progress -> {};
    }

    @Override
    public TrainingListener training() {
      return event -> {};
    }
  }
}
