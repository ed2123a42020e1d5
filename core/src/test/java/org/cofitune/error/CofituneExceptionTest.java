package org.cofitune.error;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class CofituneExceptionTest {
  @Test
  void giganticPartsAreCut() {
    String gigantic = "x".repeat(1_000_000);

    CofituneException error =
        CofituneException.of(ErrorKind.FORMAT, gigantic)
            .at(gigantic)
            .expected(gigantic)
            .found(gigantic)
            .next(gigantic)
            .build();

    assertThat(error.getMessage().length()).isLessThan(11_000);
    assertThat(error).hasMessageContaining("x... (1000000 characters)");
  }

  @Test
  void controlCharactersAreWrittenOut() {
    CofituneException error =
        CofituneException.of(ErrorKind.DATA, "a\nb").at("f\u001b[31m").found("\r\u0085").build();

    assertThat(error).hasMessage("f\\u001b[31m: a\\nb: found \\u000d\\u0085");
  }
}
