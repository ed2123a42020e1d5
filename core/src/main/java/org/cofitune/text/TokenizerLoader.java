package org.cofitune.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.store.BoundedFile;
import org.jspecify.annotations.Nullable;

/** Opens {@code tokenizer.json} the way transformers does. */
final class TokenizerLoader {
  private static final String FILE = "tokenizer.json";

  /** The largest published ones have 40 MB. */
  private static final int MAX_BYTES = 256 << 20;

  /** The library's own defaults cut at 512 tokens and pad. */
  private static final Map<String, String> OPTIONS =
      Map.of("truncation", "false", "padding", "false");

  private TokenizerLoader() {}

  static Tokenizer load(Path directory) {
    Path file = directory.resolve(FILE);
    if (!Files.isRegularFile(file)) {
      throw missing(directory);
    }
    SpecialTokens special = SpecialTokens.of(directory);
    try {
      byte[] json = BoundedFile.read(file, MAX_BYTES);
      Vocabulary vocabulary = Vocabulary.read(json);
      Map<String, Boolean> absent = new LinkedHashMap<>(special.declared());
      absent.keySet().removeIf(vocabulary::isAdded);
      if (!absent.isEmpty()) {
        json = withAddedTokens(json, vocabulary, absent);
      }
      stayOffline();
      HuggingFaceTokenizer library =
          HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(json), OPTIONS);
      for (String content : absent.keySet()) {
        requireId(library, content, vocabulary.id(content));
      }
      return new Tokenizer(library, vocabulary, special);
    } catch (IOException | RuntimeException e) {
      throw CofituneException.of(ErrorKind.FORMAT, "cannot be used as a tokenizer")
          .at(file)
          .expected("the JSON of a fast Hugging Face tokenizer")
          .found(e.getMessage())
          .next("copy the file from the checkpoint again")
          .cause(e)
          .build();
    }
  }

  /**
   * Without these the library asks a cloud metadata address who it runs for and reports it, and
   * fetches another build of itself where it finds CUDA.
   */
  private static void stayOffline() {
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("OPT_OUT_TRACKING", "true");
    System.setProperty("RUST_FLAVOR", "cpu");
  }

  /**
   * Writes into the file what transformers adds in memory: tokens that only {@code
   * tokenizer_config.json} or {@code special_tokens_map.json} declare. One that is in the
   * vocabulary keeps its id; a new one gets the next free id.
   */
  private static byte[] withAddedTokens(
      byte[] json, Vocabulary vocabulary, Map<String, Boolean> absent) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode root = (ObjectNode) mapper.readTree(json);
    ArrayNode added =
        root.get("added_tokens") instanceof ArrayNode array ? array : root.putArray("added_tokens");
    absent.forEach(
        (content, special) -> {
          Integer known = vocabulary.id(content);
          int id = known == null ? vocabulary.size() : known;
          vocabulary.add(id, content, special);
          added
              .addObject()
              .put("id", id)
              .put("content", content)
              .put("single_word", false)
              .put("lstrip", false)
              .put("rstrip", false)
              .put("normalized", !special)
              .put("special", special);
        });
    return mapper.writeValueAsBytes(root);
  }

  /** The library counts ids in its own way where a vocabulary has holes. */
  private static void requireId(
      HuggingFaceTokenizer library, String content, @Nullable Integer expected) throws IOException {
    long[] ids = library.encode(content, false, false).getIds();
    if (expected == null || ids.length != 1 || ids[0] != expected) {
      throw new IOException(
          String.format("token \"%s\" of tokenizer_config.json without an id here", content));
    }
  }

  private static CofituneException missing(Path directory) {
    List<String> names;
    try (Stream<Path> files = Files.list(directory)) {
      names = files.map(path -> path.getFileName().toString()).sorted().limit(20).toList();
    } catch (IOException e) {
      return CofituneException.of(ErrorKind.FORMAT, "no checkpoint directory")
          .at(directory)
          .expected("a directory with " + FILE)
          .found(e)
          .cause(e)
          .build();
    }
    boolean slow = names.contains("tokenizer.model") || names.contains("vocab.json");
    return CofituneException.of(ErrorKind.FORMAT, "no tokenizer")
        .at(directory)
        .expected(FILE)
        .found(names.isEmpty() ? "an empty directory" : String.join(", ", names))
        .next(
            slow
                ? "convert once with transformers:"
                    + " AutoTokenizer.from_pretrained(dir).save_pretrained(dir)"
                : "copy " + FILE + " from the original checkpoint")
        .build();
  }
}
