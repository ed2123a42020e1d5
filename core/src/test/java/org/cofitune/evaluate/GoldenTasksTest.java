package org.cofitune.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.evaluate.score.ItemResult;
import org.cofitune.evaluate.score.MetricScore;
import org.cofitune.evaluate.score.Scorecard;
import org.cofitune.evaluate.score.TaskResult;
import org.cofitune.evaluate.task.Response;
import org.cofitune.evaluate.task.Task;
import org.cofitune.evaluate.task.TaskFiles;
import org.cofitune.evaluate.task.TaskOptions;
import org.cofitune.model.LoadedModel;
import org.cofitune.model.ModelConfigReader;
import org.cofitune.testing.Shared;
import org.cofitune.text.Tokenizer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The ready task files on real models, against the numbers that transformers gives. */
final class GoldenTasksTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final double LOG_LIKELIHOOD = 1e-3;
  private static final Path TASKS =
      Files.isDirectory(Path.of("tasks")) ? Path.of("tasks") : Path.of("../tasks");

  @ParameterizedTest
  @CsvSource({"openbookqa", "piqa"})
  void choicesAndAccuraciesAreThoseOfTransformers(String name) throws IOException {
    JsonNode golden = golden("eval-stories3M.json").at("/multiple_choice/" + name);
    TaskResult result = evaluated("stories3M", name, golden.get("rows_read").asInt(), "skip");

    assertThat(result.items()).hasSameSizeAs(golden.get("items"));
    for (int i = 0; i < result.items().size(); i++) {
      ItemResult item = result.items().get(i);
      JsonNode expected = golden.get("items").get(i);
      assertThat(item.item().docId()).isEqualTo(expected.get("row").asInt());
      for (int c = 0; c < item.responses().size(); c++) {
        Response.Scored scored = (Response.Scored) item.responses().get(c);
        assertThat(scored.tokens()).isEqualTo(expected.get("tokens").get(c).asInt());
        assertThat(scored.logLikelihood())
            .as("%s row %s choice %s", name, expected.get("row"), c)
            .isCloseTo(expected.get("loglikelihood").get(c).asDouble(), within(LOG_LIKELIHOOD));
      }
    }
    List<MetricScore> metrics =
        Scorecard.of(name, "", List.of(result), Scorecard.EVEN).tasks().get(0).metrics();
    assertThat(metrics).extracting(MetricScore::metric).containsExactly("acc", "acc_norm");
    assertThat(metrics)
        .extracting(MetricScore::value)
        .containsExactly(golden.get("acc").asDouble(), golden.get("acc_norm").asDouble());
  }

  @ParameterizedTest
  @CsvSource({
    "stories3M,eval-stories3M.json,tinystories_valid",
    "stories3M,eval-stories3M.json,c4_en",
    "zh-poem-750k,eval-zh-poem.json,tang_shi_val_zh"
  })
  void textsThatFitHaveTheLossesOfTransformers(String model, String file, String name)
      throws IOException {
    JsonNode items = golden(file).at("/perplexity/" + name + "/items");
    int rows = items.get(items.size() - 1).get("row").asInt() + 1;
    TaskResult result = evaluated(model, name, rows, "fail");
    int longest =
        ModelConfigReader.read(Shared.of("fixtures/models/" + model)).maxPositionEmbeddings() - 1;
    int compared = 0;
    for (JsonNode expected : items) {
      Response.Scored scored =
          (Response.Scored) result.items().get(expected.get("row").asInt()).responses().get(0);
      int tokens = expected.get("tokens").asInt();
      if (scored.tokens() <= longest) { // longer ones were cut where we go on in windows
        assertThat(-scored.logLikelihood())
            .as("%s row %s", name, expected.get("row"))
            .isCloseTo(expected.get("nll").asDouble(), within(LOG_LIKELIHOOD));
        assertThat(scored.tokens()).isEqualTo(tokens);
        compared++;
      }
    }
    assertThat(compared).isGreaterThan(items.size() / 2);
  }

  private static TaskResult evaluated(String model, String name, int rows, String onBadItem)
      throws IOException {
    Path folder = Files.createTempDirectory("golden-tasks");
    String yaml = Files.readString(TASKS.resolve(name + ".yaml"));
    Files.writeString(folder.resolve("task.yaml"), yaml + "on_bad_item: " + onBadItem + "\n");
    for (String included : List.of("_question.yaml", "_text.yaml")) {
      Files.copy(TASKS.resolve(included), folder.resolve(included));
    }
    TaskOptions options =
        new TaskOptions(
            Map.of("data_dir", Shared.of("fixtures/data")),
            OptionalInt.of(rows),
            OptionalInt.empty(),
            Optional.empty());
    Task task = Task.open(TaskFiles.load(List.of(folder.resolve("task.yaml")), options).get(0));
    Path checkpoint = Shared.of("fixtures/models/" + model);
    Engine engine = Engine.start(EngineOptions.defaults().withDevice("cpu").withThreads(1));
    try (Tokenizer tokenizer = Tokenizer.load(checkpoint);
        LoadedModel loaded = LoadedModel.open(checkpoint, engine)) {
      EvaluatedModel evaluated = new EvaluatedModel(model, "", loaded.decoder(), tokenizer, true);
      return new Evaluator(evaluated, EvaluationSettings.defaults(), null)
          .evaluate(List.of(task), EvaluationListener.NONE, () -> false)
          .orElseThrow()
          .get(0);
    }
  }

  private static JsonNode golden(String file) throws IOException {
    return JSON.readTree(Shared.of("golden/" + file).toFile());
  }
}
