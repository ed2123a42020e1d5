package org.cofitune.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.cofitune.store.RawSafetensors.header;
import static org.cofitune.store.RawSafetensors.tensor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.cofitune.error.CofituneException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FingerprintTest {
  private static final String WEIGHTS =
      header(tensor("a", "F32", "[2]", 0, 8), tensor("b", "I32", "[1,2]", 8, 16));

  @TempDir Path folder;

  @Test
  void bytesTextAndFilesHaveTheirSha256() throws IOException {
    String abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    Path file = Files.writeString(folder.resolve("abc"), "abc");
    assertThat(Fingerprint.ofText("abc")).hasToString(abc);
    assertThat(Fingerprint.ofBytes(new byte[] {'a', 'b', 'c'}).sha256()).isEqualTo(abc);
    assertThat(Fingerprint.ofFile(file).sha256()).isEqualTo(abc);
  }

  @Test
  void filesLargerThanTheBufferAreReadWhole() throws IOException {
    byte[] bytes = new byte[3_000_001];
    bytes[3_000_000] = 1;
    Path file = Files.write(folder.resolve("large"), bytes);
    assertThat(Fingerprint.ofFile(file)).isEqualTo(Fingerprint.ofBytes(bytes));
  }

  @Test
  void aModelKeepsItsFingerprintWhenItIsStoredInAnotherOrder() throws IOException {
    byte[] swapped = new byte[16];
    for (int i = 0; i < 16; i++) {
      swapped[i] = (byte) ((i + 8) % 16);
    }
    String other = header(tensor("b", "I32", "[1,2]", 0, 8), tensor("a", "F32", "[2]", 8, 16));
    assertThat(of("{}", other, swapped)).isEqualTo(of("{}", WEIGHTS, data()));
  }

  @Test
  void everythingThatMakesTheModelCounts() throws IOException {
    Fingerprint model = of("{}", WEIGHTS, data());
    byte[] changed = data();
    changed[15] ^= 1;
    assertThat(of("{}", WEIGHTS, changed)).as("values").isNotEqualTo(model);
    assertThat(of("{ }", WEIGHTS, data())).as("config").isNotEqualTo(model);
    assertThat(of("{}", WEIGHTS.replace("[2]", "[2,1]"), data())).as("shape").isNotEqualTo(model);
    assertThat(of("{}", WEIGHTS.replace("\"a\"", "\"c\""), data())).as("name").isNotEqualTo(model);
    assertThat(of("{}", WEIGHTS.replace("I32", "F32"), data())).as("type").isNotEqualTo(model);
  }

  @Test
  void onlySha256IsAccepted() {
    assertThatThrownBy(() -> new Fingerprint("abc")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aMissingFileIsNamed() {
    assertThatThrownBy(() -> Fingerprint.ofFile(folder.resolve("absent")))
        .isInstanceOf(CofituneException.class)
        .hasMessageContaining("absent");
  }

  private static byte[] data() {
    byte[] data = new byte[16];
    for (int i = 0; i < 16; i++) {
      data[i] = (byte) i;
    }
    return data;
  }

  private Fingerprint of(String config, String header, byte[] data) throws IOException {
    Files.writeString(folder.resolve("config.json"), config);
    RawSafetensors.write(folder.resolve("model.safetensors"), header, data);
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      return Fingerprint.ofCheckpoint(checkpoint);
    }
  }
}
