package org.cofitune.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManifestTest {
  @TempDir Path temporary;
  private Path directory;

  @BeforeEach
  void makeDirectory() throws IOException {
    directory = temporary.resolve("step-000120");
    try (AtomicDirectory writing = AtomicDirectory.create(directory)) {
      Files.writeString(writing.path().resolve("weights"), "some weights");
      Files.createDirectory(writing.path().resolve("sub"));
      Files.writeString(writing.path().resolve("sub/state"), "");
      writing.commitWithManifest();
    }
  }

  @Test
  void everyFileIsListedWithLengthAndHash() {
    assertThat(Manifest.verify(directory).files())
        .containsExactly(
            new Manifest.Item(
                "sub/state", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            new Manifest.Item("weights", 12, Fingerprint.ofText("some weights").sha256()));
  }

  @Test
  void aFlippedBitOfAnyByteOfAnyFileIsFoundAndItsFileNamed() throws IOException {
    for (Path file : List.of(directory.resolve("weights"), directory.resolve("MANIFEST.json"))) {
      byte[] sound = Files.readAllBytes(file);
      for (int i = 0; i < sound.length; i++) {
        byte[] damaged = sound.clone();
        damaged[i] ^= (byte) (1 << (i % 8));
        Files.write(file, damaged);
        assertThatThrownBy(() -> Manifest.verify(directory))
            .as("byte %d of %s", i, file)
            .isInstanceOfSatisfying(
                CofituneException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.FORMAT))
            .hasMessageContaining(file.toString());
      }
      Files.write(file, sound);
    }
    Manifest.verify(directory);
  }

  @Test
  void aMissingFileIsNamed() throws IOException {
    Files.delete(directory.resolve("sub/state"));
    refused("state: file is damaged: expected a file of 0 bytes, found none");
  }

  @Test
  void aFileOfAnotherLengthIsNamed() throws IOException {
    Files.writeString(directory.resolve("weights"), "some weight");
    refused("weights: file is damaged: expected 12 bytes, found 11 bytes");
  }

  @Test
  void aMissingManifestIsNamed() throws IOException {
    Files.delete(directory.resolve("MANIFEST.json"));
    refused("MANIFEST.json: could not be read: found no such file");
  }

  @Test
  void filesThatCameLaterDoNotMatter() throws IOException {
    Files.writeString(directory.resolve("notes"), "mine");
    Manifest.verify(directory);
  }

  @Test
  void aManifestThatNamesFilesElsewhereIsRefused() throws IOException {
    for (String name : Stream.of("../weights", "/etc/passwd", "a/../../b", "a\\\\b", "").toList()) {
      Files.writeString(
          directory.resolve("MANIFEST.json"),
          "{\"version\":1,\"files\":[{\"name\":\"" + name + "\",\"bytes\":1,\"sha256\":\"\"}]}");
      refused("MANIFEST.json: file is damaged");
    }
  }

  private void refused(String part) {
    assertThatThrownBy(() -> Manifest.verify(directory))
        .isInstanceOf(CofituneException.class)
        .hasMessageContaining(part);
  }
}
