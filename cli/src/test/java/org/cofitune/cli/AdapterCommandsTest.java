package org.cofitune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.cofitune.testing.TinyModel;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Low-rank adapters, trained and used through the command line. */
final class AdapterCommandsTest {
  @TempDir Path directory;
  private String model;

  @BeforeEach
  void writeModelAndRows() throws IOException {
    model = TinyModel.llama().withLayers(2).writeTo(directory.resolve("base")).toString();
    Files.writeString(directory.resolve("rows.jsonl"), "{\"text\": \"a row\"}\n".repeat(12));
  }

  @Test
  void aMergedAdapterIsTheModelOfItsRun() {
    CommandRun trained = train();
    assertThat(trained.status()).as(trained.err()).isZero();
    assertThat(trained.out()).contains("adapter  " + path("run/adapter"));

    CommandRun merged =
        run("merge", "--model", model, "--adapter", path("run/adapter"), "--out", path("merged"));

    assertThat(merged.status()).as(merged.err()).isZero();
    assertThat(directory.resolve("merged/model.safetensors"))
        .hasSameBinaryContentAs(directory.resolve("run/model/model.safetensors"));
    assertThat(directory.resolve("merged/README.md"))
        .content()
        .contains("Region `1-1:q_proj,up_proj` of `base`", "| method | lora |");
  }

  @Test
  void anAdapterAnswersLikeTheDeltaOfItsRun() {
    assertThat(train().status()).isZero();

    CommandRun adapted = generate("--adapter", path("run/adapter"));
    CommandRun tuned = generate("--delta", path("run/delta"));

    assertThat(adapted.status()).as(adapted.err()).isZero();
    assertThat(adapted.out()).isNotEmpty().isEqualTo(tuned.out());
    assertThat(adapted.out()).isNotEqualTo(generate().out());
  }

  @Test
  void adapterAndDeltaTogetherAreRefused() {
    CommandRun both = generate("--adapter", "a", "--delta", "d");
    assertThat(both.status()).isEqualTo(2);
    assertThat(both.err()).contains("--adapter: two changes of one model");

    CommandRun neither = run("merge", "--model", model, "--out", path("merged"));
    assertThat(neither.status()).isEqualTo(2);
    assertThat(neither.err()).contains("expected one of them, found neither");
  }

  @Test
  void explainCountsAdaptersAndLeavesNothing() {
    CommandRun explained =
        run(
            "train",
            "--model",
            model,
            "--region",
            "all",
            "--method",
            "lora",
            "--set",
            "lora.rank=2",
            "--explain");

    assertThat(explained.status()).as(explained.err()).isZero();
    assertThat(explained.out())
        .contains("lora: adapters of rank 2, alpha 16.0, dropout 0.0")
        .containsPattern("up_proj +0-1 +adapted")
        .doesNotContainPattern("norm +0-1 +(adapted|trained)");
  }

  private CommandRun train() {
    return run(
        "train",
        "--model",
        model,
        "--data",
        path("rows.jsonl"),
        "--out",
        path("run"),
        "--region",
        "1:q_proj,up_proj",
        "--method",
        "lora",
        "--set",
        "max_steps=3",
        "--set",
        "learning_rate=0.1",
        "--set",
        "device=cpu");
  }

  private CommandRun generate(String... change) {
    List<String> words = new ArrayList<>(List.of("generate", "--model", model));
    words.addAll(List.of(change));
    words.addAll(List.of("--prompt", "a row", "--max-new-tokens", "12", "--device", "cpu"));
    return run(words.toArray(String[]::new));
  }

  private static CommandRun run(String... words) {
    return CommandRun.of(words);
  }

  private String path(String name) {
    return directory.resolve(name).toString();
  }
}
