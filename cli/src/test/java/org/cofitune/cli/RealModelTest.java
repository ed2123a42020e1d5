package org.cofitune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.cofitune.store.Checkpoint;
import org.cofitune.store.Fingerprint;
import org.cofitune.testing.Shared;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole way with a real small model and real rows. */
final class RealModelTest {
  private static final int ROWS = 200;
  private static final int HELD_OUT = 16;
  private static final String QUESTION = "Tom has 3 apples and buys 4 more. How many has he now?";

  @TempDir Path directory;

  @Test
  void aRegionOfARealModelLearnsAndNothingElseChanges() throws IOException {
    String model = Shared.of("fixtures/models/stories3M").toString();
    Path train = head(Shared.of("fixtures/data/gsm8k_train.jsonl"), ROWS);
    Path test = head(Shared.of("fixtures/data/gsm8k_test.jsonl"), HELD_OUT);
    String out = directory.resolve("run").toString();

    CommandRun run =
        CommandRun.of(
            "train",
            "--model",
            model,
            "--data",
            train.toString(),
            "--region",
            "25%-50%:up_proj,down_proj",
            "--out",
            out,
            "--set",
            "eval_dataset=[" + test + "]",
            "--set",
            "learning_rate=2e-3",
            "--set",
            "max_steps=12",
            "--set",
            "device=cpu");

    assertThat(run.status()).as(run.err()).isZero();
    double before = heldOutLosses(out).get(0);
    double after = heldOutLosses(out).get(heldOutLosses(out).size() - 1);
    assertThat(after).isLessThan(before - 1);
    assertOnlyTheRegionChanged(Path.of(model), Path.of(out, "model"));
    String tuned = answer("--model", model, "--delta", out + "/delta");
    assertThat(tuned).isNotEqualTo(answer("--model", model));
    assertThat(answer("--model", out + "/model")).isEqualTo(tuned);
  }

  private Path head(Path file, int rows) throws IOException {
    List<String> lines = Files.readAllLines(file).subList(0, rows);
    return Files.write(directory.resolve(file.getFileName().toString()), lines);
  }

  private static List<Double> heldOutLosses(String run) throws IOException {
    ObjectMapper json = new ObjectMapper();
    try (var events = Files.lines(Path.of(run, "events.jsonl"))) {
      return events
          .map(line -> read(json, line))
          .filter(event -> event.path("event").asText().equals("eval"))
          .map(event -> event.path("eval_loss").asDouble())
          .toList();
    }
  }

  private static JsonNode read(ObjectMapper json, String line) {
    try {
      return json.readTree(line);
    } catch (IOException e) {
      throw new AssertionError(line, e);
    }
  }

  private static void assertOnlyTheRegionChanged(Path base, Path tuned) {
    try (Checkpoint before = Checkpoint.open(base);
        Checkpoint after = Checkpoint.open(tuned)) {
      assertThat(after.tensorNames()).containsExactlyInAnyOrderElementsOf(before.tensorNames());
      for (String name : before.tensorNames()) {
        boolean same = Fingerprint.ofTensor(before, name).equals(Fingerprint.ofTensor(after, name));
        boolean inRegion = name.matches("model\\.layers\\.2\\.mlp\\.(up|down)_proj\\.weight");
        assertThat(same).as(name).isEqualTo(!inRegion);
      }
    }
  }

  private static String answer(String first, String second, String... more) {
    String[] words = new String[more.length + 7];
    System.arraycopy(new String[] {"generate", first, second}, 0, words, 0, 3);
    System.arraycopy(more, 0, words, 3, more.length);
    System.arraycopy(
        new String[] {"--ask", QUESTION, "--max-new-tokens", "24"}, 0, words, 3 + more.length, 4);
    CommandRun run = CommandRun.of(words);
    assertThat(run.status()).as(run.err()).isZero();
    return run.out();
  }
}
