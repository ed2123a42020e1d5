package org.cofitune.server;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.file.Path;
import org.cofitune.error.CofituneException;
import org.cofitune.http.ApiException;
import org.cofitune.model.ModelConfigReader;
import org.cofitune.testing.TinyModel;
import org.cofitune.text.Tokenizer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

final class RequestFuzzTest {
  @TempDir Path folder;
  private CompletionReader completions;
  private ChatReader chats;

  @BeforeEach
  void describeAModel() {
    Path checkpoint = TinyModel.llama().withLayers(1).writeTo(folder.resolve("model"));
    ServedModel model =
        new ServedModel(
            "tiny", checkpoint, ModelConfigReader.read(checkpoint), Tokenizer.load(checkpoint));
    completions = new CompletionReader(model, ServerLimits.DEFAULT);
    chats = new ChatReader(model, ServerLimits.DEFAULT);
  }

  @FuzzTest
  void anyBodyIsUnderstoodOrRefused(byte[] body) {
    understandOrRefuse(body, completions);
    understandOrRefuse(body, chats);
  }

  private static void understandOrRefuse(byte[] body, Endpoint.RequestReader reader) {
    try {
      reader.format(reader.read(RequestJson.read(body)).ask());
    } catch (ApiException | CofituneException e) {
      // what a client is told
    }
  }
}
