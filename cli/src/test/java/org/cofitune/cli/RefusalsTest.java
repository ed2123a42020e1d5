package org.cofitune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.cofitune.testing.TinyModel;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every refusal is one line that says where, with the status of its kind, and nothing is left. */
final class RefusalsTest {
  private static final int RECIPE = 2;
  private static final int DATA = 3;
  private static final int FORMAT = 4;

  @TempDir Path directory;
  private Path model;
  private Path rows;
  private Path run;

  @BeforeEach
  void writeModelAndRows() throws IOException {
    model = TinyModel.llama().withLayers(2).writeTo(directory.resolve("model"));
    rows = directory.resolve("rows.jsonl");
    Files.writeString(rows, "{\"instruction\": \"a\", \"output\": \"b\"}\n".repeat(3));
    run = directory.resolve("run");
  }

  @Test
  void aMissingConfig() throws IOException {
    Files.delete(model.resolve("config.json"));
    refused(FORMAT, model.toString(), "config.json");
  }

  @Test
  void aMissingTokenizer() throws IOException {
    Files.delete(model.resolve("tokenizer.json"));
    refused(FORMAT, model.toString(), "tokenizer.json");
  }

  @Test
  void aTruncatedFileOfWeights() throws IOException {
    Path weights = model.resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(weights);
    Files.write(weights, Arrays.copyOf(bytes, bytes.length - 100));
    refused(FORMAT, weights.toString(), "expected", "found");
  }

  @Test
  void overlappingTensors() throws IOException {
    changeHeader(
        header -> {
          ObjectNode norm = (ObjectNode) header.get("model.norm.weight");
          norm.set(
              "data_offsets",
              header.get("model.layers.0.input_layernorm.weight").get("data_offsets"));
        });
    refused(FORMAT, "model.safetensors");
  }

  @Test
  void aMissingShard() throws IOException {
    Files.move(model.resolve("model.safetensors"), model.resolve("aside"));
    Files.writeString(
        model.resolve("model.safetensors.index.json"),
        "{\"weight_map\": {\"model.norm.weight\": \"model-00001-of-00002.safetensors\"}}");
    refused(FORMAT, "model-00001-of-00002.safetensors");
  }

  @Test
  void anUnknownModelType() throws IOException {
    changeConfig("model_type", "mamba");
    refused(FORMAT, "model_type", "\"mamba\"", "llama");
  }

  @Test
  void anUnsupportedNumberType() throws IOException {
    changeHeader(header -> ((ObjectNode) header.get("model.norm.weight")).put("dtype", "I32"));
    refused(FORMAT, "model.norm.weight", "I32");
  }

  @Test
  void aShapeThatContradictsTheConfig() throws IOException {
    changeConfig("intermediate_size", 65);
    refused(FORMAT, "contradicts config.json", "shape [65, 32]");
  }

  @Test
  void weightsThatAreNoNumbers() throws IOException {
    Path weights = model.resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(weights);
    ObjectNode header = header(bytes);
    int begin = header.at("/model.layers.1.mlp.up_proj.weight/data_offsets/0").asInt();
    ByteBuffer.wrap(bytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putFloat(8 + headerLength(bytes) + begin, Float.NaN);
    Files.write(weights, bytes);
    refused(FORMAT, "model.layers.1.mlp.up_proj.weight", "NaN");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "malformed JSON        | {\"instruction\": \"a\"",
        "a missing key         | {\"instruction\": \"a\"}",
        "nothing to supervise  | {\"input_ids\": [1, 5, 6], \"labels\": [-100, -100, -100]}",
        "an id beyond the vocabulary | {\"input_ids\": [1, 5, 600], \"labels\": [1, 5, 600]}",
      })
  void aBadRow(String name, String row) throws IOException {
    Files.writeString(
        rows,
        (row.contains("input_ids")
                ? "{\"input_ids\": [1, 5], \"labels\": [1, 5]}"
                : "{\"instruction\": \"a\", \"output\": \"b\"}")
            + "\n"
            + row
            + "\n");
    refused(DATA, rows + ":2");
  }

  @Test
  void aRowLongerThanTheCutoffWhereNoneIsAllowed() {
    refused(DATA, List.of("cutoff_len=20", "on_too_long=fail"), rows + ":1", "20");
  }

  @Test
  void noRowsAtAll() throws IOException {
    Files.writeString(rows, "");
    refused(DATA, rows.toString());
  }

  @Test
  void aMissingFileOfRows() throws IOException {
    Files.delete(rows);
    refused(DATA, rows.toString());
  }

  @Test
  void anUnknownKeyWithTheNearestOne() {
    refused(RECIPE, List.of("learnin_rate=1"), "learnin_rate", "did you mean learning_rate?");
  }

  @Test
  void aValueOutOfRange() {
    refused(RECIPE, List.of("learning_rate=-1"), "learning_rate", "expected above 0, found -1.0");
  }

  @Test
  void anImpossibleRegion() {
    refused(RECIPE, List.of("region=7-9:ffn"), "region", "layers 0-1");
  }

  @Test
  void heldOutRowsThatLeaveNothingToTrainOn() {
    refused(RECIPE, List.of("val_size=3"), "val_size");
  }

  @Test
  void aFolderInUse() throws IOException {
    Files.createDirectories(run);
    Files.writeString(run.resolve("notes.txt"), "mine");

    CommandRun ended = train(List.of());

    assertThat(ended.status()).isEqualTo(RECIPE);
    assertThat(ended.err()).contains(run + ": output directory is in use");
    assertThat(run).isDirectoryContaining("glob:**/notes.txt");
  }

  private void refused(int status, String... parts) {
    refused(status, List.of(), parts);
  }

  private void refused(int status, List<String> settings, String... parts) {
    CommandRun ended = train(settings);

    assertThat(ended.status()).as(ended.err()).isEqualTo(status);
    assertThat(ended.out()).isEmpty();
    assertThat(ended.err().lines())
        .singleElement()
        .asString()
        .startsWith("error: ")
        .contains(parts)
        .doesNotContain("Exception");
    assertThat(run.resolve("recipe.yaml")).doesNotExist();
  }

  private CommandRun train(List<String> settings) {
    List<String> words =
        new ArrayList<>(
            List.of(
                "train",
                "--model",
                model.toString(),
                "--data",
                rows.toString(),
                "--out",
                run.toString()));
    for (String setting : settings) {
      words.addAll(List.of("--set", setting));
    }
    return CommandRun.of(words.toArray(String[]::new));
  }

  private void changeConfig(String key, Object value) throws IOException {
    ObjectMapper json = new ObjectMapper();
    Path file = model.resolve("config.json");
    ObjectNode config = (ObjectNode) json.readTree(file.toFile());
    config.set(key, json.valueToTree(value));
    Files.write(file, json.writeValueAsBytes(config));
  }

  private interface HeaderChange {
    void apply(ObjectNode header);
  }

  /** Rewrites the header in its own length, so that the data stays where it is. */
  private void changeHeader(HeaderChange change) throws IOException {
    Path file = model.resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(file);
    ObjectNode header = header(bytes);
    change.apply(header);
    int length = headerLength(bytes);
    byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
    assertThat(json.length).isLessThanOrEqualTo(length);
    Arrays.fill(bytes, 8, 8 + length, (byte) ' ');
    System.arraycopy(json, 0, bytes, 8, json.length);
    Files.write(file, bytes);
  }

  private static ObjectNode header(byte[] file) throws IOException {
    return (ObjectNode) new ObjectMapper().readTree(file, 8, headerLength(file));
  }

  private static int headerLength(byte[] file) {
    return (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
  }
}
