package org.cofitune.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.cofitune.compare.ComparedRow;
import org.cofitune.compare.ComparedTrial;
import org.cofitune.compare.ComparisonTable;
import org.cofitune.evaluate.EvaluationListener;
import org.cofitune.evaluate.score.ScorecardJson;
import org.cofitune.model.Delta;
import org.cofitune.model.LoadedModel;
import org.cofitune.model.adapter.AdapterFolder;
import org.cofitune.search.ModelScorer;
import org.cofitune.search.TrialScore;
import org.cofitune.testing.ChildJvm;
import org.cofitune.testing.TinyModel;
import org.cofitune.train.TrainingListener;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CompareRunTest {
  @TempDir Path directory;

  @BeforeEach
  void writeModelRowsAndTasks() throws IOException {
    TinyModel.llama().writeTo(directory.resolve("base"));
    StringBuilder speciality = new StringBuilder();
    StringBuilder versatility = new StringBuilder();
    for (int i = 0; i < 12; i++) {
      speciality.append("{\"instruction\": \"Count to %d.\", \"output\": \"ok\"}\n".formatted(i));
      versatility.append("{\"text\": \"once upon %d times\"}\n".formatted(i));
    }
    Files.writeString(directory.resolve("rows.jsonl"), speciality);
    Files.writeString(directory.resolve("general.jsonl"), versatility);
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
    Files.writeString(
        directory.resolve("recipe.yaml"),
        """
        model_name_or_path: %1$s/base
        dataset: %1$s/rows.jsonl
        device: cpu
        threads: 1
        val_size: 4
        per_device_train_batch_size: 2
        max_steps: 3
        save_steps: 1
        evaluate: {tasks: %1$s/tasks.yaml}
        search: {versatility_data: %1$s/general.jsonl}
        compare:
          learning_rates: [1e-3, 1e-2]
          seeds: [1, 2]
          methods:
            - {name: full, method: full}
            - {name: wise-ft, method: full, post: {alphas: [0.25, 1]}}
            - {name: half, region: '2-3:ffn', learning_rates: 1e-3, post: {fapm_keep: 0.5}}
        """
            .formatted(directory));
  }

  @Test
  void everyMethodHasARowWithEverythingThatTheTablePromises() throws IOException {
    Told told = new Told();

    ComparisonTable table = compare(recipe("run"), told, () -> false).orElseThrow();

    assertThat(table.rows())
        .extracting(ComparedRow::method)
        .containsExactly("base", "full", "wise-ft", "half");
    ComparedRow full = table.rows().get(1);
    ComparedRow half = table.rows().get(3);
    assertThat(full.trainedPercent()).isEqualTo(100);
    assertThat(half.trainedPercent()).isBetween(1.0, 50.0);
    assertThat(half.learningRate()).isEqualTo(1e-3);
    assertThat(half.parts()).extracting(part -> part.keep()).containsExactly(0.5, 0.5);
    assertThat(half.divergence().score()).isPositive();
    assertThat(half.seconds()).isPositive();
    assertThat(half.againstFull()).hasSize(2);
    assertThat(full.gain().score()).isCloseTo(1, org.assertj.core.data.Offset.offset(1e-9));
    assertThat(table.rows()).anyMatch(ComparedRow::pareto);
    CompareFolder folder = folder("run");
    assertThat(folder.table("csv")).content().startsWith("method,").contains("\r\nhalf,");
    assertThat(folder.table("md")).content().contains("| half |", "minus full", "first seed");
    assertThat(folder.table("json")).content().contains("\"p_value\"");
    assertThat(Files.readAllLines(folder.trials()))
        .hasSize(8) // three of full and of wise-ft, the second seed with one rate; two of half
        .allMatch(line -> line.contains("\"learning_rate\":") && !line.contains("seconds"));
    assertThat(folder.path().resolve("deltas")).isEmptyDirectory();
    assertThat(folder.path().resolve("trials")).isEmptyDirectory();
  }

  @Test
  void adaptersAreComparedAsTheModelThatTheyAreMergedInto() {
    Recipe recipe =
        recipe("run")
            .with(
                "compare.methods=[{\"name\": \"full\"},"
                    + " {\"name\": \"lora\", \"method\": \"lora\", \"region\": \"2-3:q_proj\","
                    + " \"lora\": {\"rank\": 2}}]")
            .with("compare.keep_deltas=true");

    ComparedRow lora = compare(recipe, new Told(), () -> false).orElseThrow().rows().get(2);

    assertThat(lora.trainedPercent()).isBetween(0.01, 10.0);
    assertThat(lora.divergence().score()).isPositive();
    String[] trainings = folder("run").path().resolve("adapters").toFile().list();
    assertThat(trainings).hasSize(3); // two rates with the first seed, one with the second
    Path delta = folder("run").delta(trainings[0]);
    try (Delta change = Delta.open(delta);
        AdapterFolder adapter = AdapterFolder.open(folder("run").adapter(trainings[0]))) {
      assertThat(adapter.names())
          .isEqualTo(change.names())
          .containsExactlyInAnyOrder(
              "model.layers.2.self_attn.q_proj.weight", "model.layers.3.self_attn.q_proj.weight");
    }
  }

  @Test
  void aTrainingThatTwoMethodsShareIsRunOnce() {
    Told told = new Told();

    compare(recipe("run"), told, () -> false);

    assertThat(told.started.stream().filter(text -> text.startsWith("training")))
        .filteredOn(text -> !text.contains("half"))
        .allMatch(text -> text.contains(" full,"))
        .hasSizeBetween(3, 4); // two rates with the first seed, the chosen ones with the second
  }

  @Test
  void aMethodReplaysGeneralRowsThatTheOthersDoNot() throws IOException {
    Recipe recipe =
        recipe("run")
            .with("compare.learning_rates=1e-2")
            .with(
                """
                compare.methods=[{"name": "full"}, {"name": "replay", "replay": \
                {"dataset": "%s", "ratio": 1}}]"""
                    .formatted(directory.resolve("general.jsonl")));

    ComparisonTable table = compare(recipe, new Told(), () -> false).orElseThrow();

    ComparedRow plain = table.rows().get(1);
    ComparedRow replay = table.rows().get(2);
    assertThat(replay.versatility().score()).isGreaterThan(plain.versatility().score());
    assertThat(Files.readAllLines(folder("run").trials())).hasSize(4);
  }

  @Test
  void theSameRecipeAgainAsksAndTrainsNothing() throws IOException {
    Optional<ComparisonTable> first = compare(recipe("run"), new Told(), () -> false);
    byte[] trials = Files.readAllBytes(folder("run").trials());
    Told again = new Told();

    assertThat(compare(recipe("run"), again, () -> false)).isEqualTo(first);
    assertThat(again.started).isEmpty();
    assertThat(Files.readAllBytes(folder("run").trials())).isEqualTo(trials);
  }

  @Test
  void anInterruptedComparisonGoesOnToTheSameBytes() throws IOException {
    compare(recipe("whole"), new Told(), () -> false);
    for (int patience : List.of(1, 5, 9)) {
      AtomicInteger asked = new AtomicInteger();
      assertThat(compare(recipe("parts"), new Told(), () -> asked.incrementAndGet() > patience))
          .isEmpty();
    }
    compare(recipe("parts"), new Told(), () -> false);

    assertThat(folder("parts").trials()).hasSameBinaryContentAs(folder("whole").trials());
    assertThat(folder("parts").scorecard("half", 2))
        .hasSameBinaryContentAs(folder("whole").scorecard("half", 2));
    assertThat(folder("parts").scorecard("wise-ft", 1))
        .hasSameBinaryContentAs(folder("whole").scorecard("wise-ft", 1));
  }

  @Test
  void aKilledProcessGoesOnToTheSameBytes() throws Exception {
    compare(recipe("whole"), new Told(), () -> false);
    try (ChildJvm child = ChildJvm.start(Comparing.class, directory.toString())) {
      child.await(folder("killed").trials());
      child.kill();
    }
    assertThat(folder("killed").table("json")).doesNotExist();

    compare(recipe("killed"), new Told(), () -> false);

    assertThat(folder("killed").trials()).hasSameBinaryContentAs(folder("whole").trials());
    assertThat(folder("killed").path().resolve("trials")).isEmptyDirectory();
  }

  /** A process that compares until it is killed. */
  static final class Comparing {
    private Comparing() {}

    public static void main(String[] args) {
      CompareRunTest test = new CompareRunTest();
      test.directory = Path.of(args[0]);
      compare(test.recipe("killed"), new Told(), () -> false);
    }
  }

  @Test
  void theRateIsChosenOnTheDevelopmentSetAndOnlyItIsTested() throws IOException {
    Counting scorer = new Counting();
    Recipe recipe = recipe("run").with("compare.methods=[{\"name\": \"full\"}]");
    Told told = new Told();
    try (CompareRun run = CompareRun.prepare(recipe, data -> scorer)) {
      ComparisonTable table = run.execute(told, () -> false).orElseThrow();
      assertThat(table.rows().get(1).learningRate()).isEqualTo(1e-3); // its uni is the first, 9
    }

    assertThat(scorer.asked).isEqualTo(3); // two rates with the first seed, one with the second
    assertThat(told.started.stream().filter(text -> text.startsWith("testing")))
        .containsExactly("testing base", "testing full, seed 1", "testing full, seed 2");
    assertThat(ScorecardJson.read(folder("run").scorecard("full", 1)).tasks()).hasSize(2);
  }

  @Test
  void theMeanOverAllSeedsChoosesWhereThatIsAskedFor() {
    Counting scorer = new Counting();
    Recipe recipe =
        recipe("run")
            .with("compare.methods=[{\"name\": \"full\"}]")
            .with("compare.learning_rate_seeds=all")
            .with("compare.keep_deltas=true");
    try (CompareRun run = CompareRun.prepare(recipe, data -> scorer)) {
      run.execute(new Told(), () -> false);
    }

    assertThat(scorer.asked).isEqualTo(4);
    assertThat(folder("run").path().resolve("deltas").toFile().list()).hasSize(4);
  }

  @Test
  void whatDoesNotFitIsRefusedBeforeAnythingIsWritten() {
    refused("compare.methods=[]", "compare.methods: a comparison has no methods");
    refused("evaluate.tasks=[]", "evaluate.tasks: a comparison has no test");
    refused("compare.methods=[{\"name\": \"a\", \"seed\": 1}]", "share this key");
    refused("compare.methods=[{\"name\": \"a\", \"search\": {\"limit\": 1}}]", "share this key");
    refused("compare.methods=[{\"name\": \"a\", \"regoin\": \"all\"}]", "did you mean region?");
    refused("compare.methods=[{\"name\": \"base\"}]", "compare.methods: impossible method");
    refused("compare.methods=[{\"name\": \"a\", \"post\": {\"alphas\": 2}}]", "alphas of 0 to 1");
    refused("compare.seeds=[1, 1]", "compare.seeds: impossible comparison");
    refused(
        "compare.methods=[{\"name\": \"a\", \"method\": \"full\", \"importance_dir\": \"i\"}]",
        "makes no use of importance");
    refused("search.tasks=[" + directory.resolve("tasks.yaml") + "]", "development questions");

    assertThat(directory.resolve("run")).doesNotExist();
  }

  private void refused(String setting, String message) {
    assertThatThrownBy(() -> CompareRun.prepare(recipe("run").with(setting)).close())
        .hasMessageContaining(message);
  }

  private CompareFolder folder(String run) {
    return CompareFolder.of(new RunDirectory(directory.resolve(run)));
  }

  private Recipe recipe(String run) {
    return Recipe.ofFile(directory.resolve("recipe.yaml"))
        .withOption("output_dir", directory.resolve(run), "--out");
  }

  private static Optional<ComparisonTable> compare(
      Recipe recipe, Told told, BooleanSupplier interrupted) {
    try (CompareRun run = CompareRun.prepare(recipe)) {
      return run.execute(told, interrupted);
    }
  }

  /** Finds every model worse than the one before, and counts them. */
  private static final class Counting implements ModelScorer {
    private int asked;

    @Override
    public TrialScore score(LoadedModel model) {
      asked++;
      return new TrialScore(1, 1, 10.0 - asked);
    }

    @Override
    public Map<String, String> identity() {
      return Map.of("scores", "counted");
    }
  }

  /** Notes what began. */
  private static final class Told implements CompareListener {
    private final List<String> started = new ArrayList<>();

    @Override
    public void onStarted(String what) {
      started.add(what);
    }

    @Override
    public void onTrial(ComparedTrial trial, boolean known) {}

    @Override
    public void onChosen(String method, double learningRate) {}

    @Override
    public TrainingListener training() {
      return event -> {};
    }

    @Override
    public EvaluationListener evaluation() {
      return EvaluationListener.NONE;
    }
  }
}
