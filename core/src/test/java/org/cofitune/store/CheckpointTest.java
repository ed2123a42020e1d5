package org.cofitune.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.cofitune.store.RawSafetensors.header;
import static org.cofitune.store.RawSafetensors.tensor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.engine.HostTensors;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.testing.ChildJvm;
import org.cofitune.testing.Shared;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointTest {
  private static final String INDEX = "model.safetensors.index.json";
  private static final String ONE = "model-00001-of-00002.safetensors";
  private static final String TWO = "model-00002-of-00002.safetensors";

  @TempDir Path temporary;
  private Path folder;

  @BeforeEach
  void makeFolder() throws IOException {
    folder = Files.createDirectory(temporary.resolve("model"));
    write("config.json", "{}");
  }

  @Test
  void aSingleFileIsOpened() throws IOException {
    weights("model.safetensors", "a");
    write("tokenizer.json", "{}");
    write("chat_template.jinja", "");
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      assertThat(checkpoint.tensorNames()).containsExactly("a");
      assertThat(checkpoint.entry("a").shape()).containsExactly(2L);
      assertThat(checkpoint.directory()).isEqualTo(folder);
      assertThat(checkpoint.file("config.json")).isEqualTo(folder.resolve("config.json"));
      assertThat(checkpoint.findFile("tokenizer.model")).isEmpty();
      assertThat(checkpoint.companions())
          .containsExactly(folder.resolve("tokenizer.json"), folder.resolve("chat_template.jinja"));
    }
  }

  @Test
  void shardsAreOpenedAsOne() throws IOException {
    weights(ONE, "a", "b");
    weights(TWO, "c");
    index("a", ONE, "b", ONE, "c", TWO);
    Engine.start(EngineOptions.defaults());
    Tensor c;
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      assertThat(checkpoint.tensorNames()).containsExactly("a", "b", "c");
      assertThat(checkpoint.header("c").file()).isEqualTo(folder.resolve(TWO));
      assertThat(checkpoint.weightFiles()).hasSize(2);
      c = checkpoint.tensor("c");
    }
    assertThat(HostTensors.toLongs(c)).containsExactly(0, 1);
    c.close();
  }

  @Test
  void oneFileIsPreferredToShardsAsElsewhere() throws IOException {
    weights("model.safetensors", "a");
    weights(ONE, "b");
    index("b", ONE);
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      assertThat(checkpoint.tensorNames()).containsExactly("a");
    }
  }

  @Test
  void aMissingFolderIsNamed() {
    folder = temporary.resolve("absent");
    refused("no such checkpoint folder", "found nothing", "hf download");
  }

  @Test
  void aFileInPlaceOfTheFolderIsRefused() {
    folder = folder.resolve("config.json");
    refused("no such checkpoint folder", "found a file");
  }

  @Test
  void aMissingConfigIsNamedWithWhatIsThere() throws IOException {
    weights("model.safetensors", "a");
    Files.delete(folder.resolve("config.json"));
    refused("config.json is missing", "found model.safetensors");
  }

  @Test
  void aFolderWithoutWeightsIsRefused() {
    refused("no weights", "expected model.safetensors or " + INDEX, "found config.json");
  }

  @Test
  void pickledWeightsAreNeverReadAndTheWayOutIsNamed() throws IOException {
    write("pytorch_model.bin", "x");
    refused("no weights", "found config.json, pytorch_model.bin", "never read", "save_pretrained");
  }

  @Test
  void anAdapterIsToldFromACheckpoint() throws IOException {
    weights("adapter_model.safetensors", "a");
    refused("no weights", "PEFT adapter");
  }

  @Test
  void missingShardsAreListed() throws IOException {
    weights(ONE, "a");
    index("a", ONE, "c", TWO);
    refused("1 of 2 shards are missing", "expected " + TWO, "found config.json, " + ONE);
  }

  @Test
  void anIndexThatNamesATensorItsShardDoesNotHoldIsRefused() throws IOException {
    weights(ONE, "a");
    index("a", ONE, "b", ONE);
    refused(ONE, "does not hold what the index says", "expected tensor \"b\", found a");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../model.safetensors",
        "/etc/model.safetensors",
        "sub/model.safetensors",
        "..\\\\model.safetensors",
        "C:model.safetensors",
        "..",
        "",
        "a\\u0000.safetensors",
        "a\\u001b[31m.safetensors",
        "pytorch_model.bin"
      })
  void anIndexThatLeadsOutOfTheFolderIsRefused(String shard) throws IOException {
    weights(temporary.resolve("model.safetensors"), "a");
    index("a", shard);
    refused(INDEX, "tensor \"a\" lies outside");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{}",
        "{\"weight_map\":[]}",
        "{\"weight_map\":{}}",
        "{\"weight_map\":{\"a\":1}}",
        "{\"weight_map\":{\"a\":\"x.safetensors\",\"a\":\"y.safetensors\"}}",
        "{\"weight_map\":{\"a\":\"x.safetensors\"}} {}",
        "{\"weight_map\":"
      })
  void aMalformedIndexIsRefused(String json) throws IOException {
    write(INDEX, json);
    refused(INDEX);
  }

  @Test
  void aTruncatedShardIsNamed() throws IOException {
    weights(ONE, "a");
    byte[] bytes = Files.readAllBytes(folder.resolve(ONE));
    Files.write(folder.resolve(ONE), Arrays.copyOf(bytes, bytes.length - 1));
    index("a", ONE);
    refused(ONE, "tensor \"a\"", "truncated");
  }

  @Test
  void aLinkOutOfTheFolderIsRefused() throws IOException {
    weights(temporary.resolve("elsewhere.safetensors"), "a");
    Files.createSymbolicLink(
        folder.resolve("model.safetensors"), Path.of("../elsewhere.safetensors"));
    refused("link leads out of the checkpoint", "elsewhere.safetensors", "copy the file");
  }

  @Test
  void aLinkToNothingIsRefused() throws IOException {
    Files.createSymbolicLink(folder.resolve("model.safetensors"), Path.of("absent"));
    refused("model.safetensors", "no such file");
  }

  @Test
  void aLinkWithinTheFolderIsFollowed() throws IOException {
    weights("weights", "a");
    Files.createSymbolicLink(folder.resolve("model.safetensors"), Path.of("weights"));
    Checkpoint.open(folder).close();
  }

  @Test
  void aLinkToTheFolderItselfIsFollowed() throws IOException {
    weights("model.safetensors", "a");
    Checkpoint.open(Files.createSymbolicLink(temporary.resolve("link"), folder)).close();
  }

  @Test
  void aSnapshotOfAHuggingFaceCacheMayLinkIntoItsBlobs() throws IOException {
    Path repository = temporary.resolve("models--org--name");
    Path blobs = Files.createDirectories(repository.resolve("blobs"));
    folder = Files.createDirectories(repository.resolve("snapshots/0123abc"));
    weights(blobs.resolve("77aa"), "a");
    Files.writeString(blobs.resolve("88bb"), "{}");
    Files.createSymbolicLink(folder.resolve("model.safetensors"), Path.of("../../blobs/77aa"));
    Files.createSymbolicLink(folder.resolve("config.json"), Path.of("../../blobs/88bb"));
    Checkpoint.open(folder).close();

    Files.move(blobs.resolve("77aa"), repository.resolve("77aa"));
    Files.delete(folder.resolve("model.safetensors"));
    Files.createSymbolicLink(folder.resolve("model.safetensors"), Path.of("../../77aa"));
    refused("link leads out of the checkpoint");
  }

  @Test
  void aFolderInPlaceOfWeightsIsRefused() throws IOException {
    Files.createDirectory(folder.resolve("model.safetensors"));
    refused("model.safetensors", "not a regular file");
  }

  @Test
  void aMissingTensorIsNamed() throws IOException {
    weights("model.safetensors", "a");
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      assertThat(checkpoint.find("b")).isEmpty();
      assertThatThrownBy(() -> checkpoint.entry("b")).hasMessageContaining("expected \"b\"");
      assertThatThrownBy(() -> checkpoint.tensor("b")).hasMessageContaining("expected \"b\"");
      assertThatThrownBy(() -> checkpoint.file("tokenizer.json"))
          .hasMessageContaining("found config.json, model.safetensors");
    }
  }

  @Test
  void integersAreNoWeights() throws IOException {
    weights("model.safetensors", "a");
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      assertThatThrownBy(() -> checkpoint.weight("a"))
          .hasMessageContaining("weight \"a\" has an unsupported dtype")
          .hasMessageContaining("found U8");
    }
  }

  @Test
  void openingDoesNotLoadTheEngine() throws Exception {
    weights("model.safetensors", "a");
    Path cache = Files.createDirectory(temporary.resolve("cache"));
    try (ChildJvm child =
        ChildJvm.start(
            List.of(),
            List.of("-Dorg.bytedeco.javacpp.cachedir=" + cache),
            OpensACheckpoint.class,
            folder.toString())) {
      assertThat(child.exitStatus()).as(child.output()).isZero();
    }
    assertThat(cache).isEmptyDirectory();
  }

  static final class OpensACheckpoint {
    public static void main(String[] arguments) {
      Checkpoint.open(Path.of(arguments[0])).close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tinystories-656k", "zh-poem-750k", "stories260K", "stories3M"})
  void realModelsAreOpened(String model) {
    try (Checkpoint checkpoint = Checkpoint.open(Shared.of("fixtures/models/" + model))) {
      assertThat(checkpoint.weight("model.norm.weight").shape()).hasSize(1);
      assertThat(checkpoint.companions())
          .extracting(path -> path.getFileName().toString())
          .contains("tokenizer.json", "generation_config.json");
    }
  }

  private void refused(String... parts) {
    assertThatThrownBy(() -> Checkpoint.open(folder))
        .isInstanceOfSatisfying(
            CofituneException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.FORMAT))
        .hasMessageContainingAll(parts)
        .message()
        .doesNotContain("\u001b");
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text);
  }

  private void weights(String file, String... names) {
    weights(folder.resolve(file), names);
  }

  /** One U8 tensor of two elements for each name. */
  private static void weights(Path file, String... names) {
    String[] members = new String[names.length];
    byte[] data = new byte[2 * names.length];
    for (int i = 0; i < names.length; i++) {
      members[i] = tensor(names[i], "U8", "[2]", 2L * i, 2L * i + 2);
      data[2 * i + 1] = 1;
    }
    RawSafetensors.write(file, header(members), data);
  }

  private void index(String... tensorsAndShards) throws IOException {
    List<String> members = new ArrayList<>();
    for (int i = 0; i < tensorsAndShards.length; i += 2) {
      members.add("\"" + tensorsAndShards[i] + "\":\"" + tensorsAndShards[i + 1] + "\"");
    }
    write(
        INDEX,
        "{\"metadata\":{\"total_size\":1},\"weight_map\":"
            + header(members.toArray(String[]::new))
            + "}");
  }
}
