package org.cofitune.quickstart;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Set;

/**
 * A tokenizer in Hugging Face's format: a word that it knows is one token, everything else the
 * bytes of UTF-8, so that no text is foreign to it. Ids 0 to 2 are padding, beginning and end, 3 +
 * b is the byte b, and the words follow.
 */
final class WordTokenizer {
  static final int BEGINNING = 1;
  static final int END = 2;

  private static final List<String> SPECIAL = List.of("<pad>", "<s>", "</s>");
  private static final int BYTES = 256;

  private static final String LETTERS = "\\p{L}+";

  /** Questions and answers a line each, the end token behind every answer. */
  private static final String CHAT_TEMPLATE =
      "{{ bos_token }}{% for message in messages %}{{ message['content'] }}"
          + "{% if message['role'] == 'assistant' %}{{ eos_token }}{% else %}{{ '\\n' }}{% endif %}"
          + "{% endfor %}";

  private final Set<String> words;

  /** With these words of letters, in their order. */
  WordTokenizer(Set<String> words) {
    this.words = words;
  }

  /** Tokens in the vocabulary. */
  int size() {
    return SPECIAL.size() + BYTES + words.size();
  }

  /** {@code tokenizer_config.json}. */
  static ObjectNode config() {
    return object()
        .put("tokenizer_class", "PreTrainedTokenizerFast")
        .put("pad_token", SPECIAL.get(0))
        .put("bos_token", SPECIAL.get(BEGINNING))
        .put("eos_token", SPECIAL.get(END))
        .put("clean_up_tokenization_spaces", false)
        .put("chat_template", CHAT_TEMPLATE);
  }

  /** {@code tokenizer.json}: byte-level BPE without merges, where whole words go first. */
  ObjectNode json() {
    ObjectNode root = object().put("version", "1.0");
    for (int id = 0; id < SPECIAL.size(); id++) {
      root.withArray("added_tokens")
          .addObject()
          .put("id", id)
          .put("content", SPECIAL.get(id))
          .put("single_word", false)
          .put("lstrip", false)
          .put("rstrip", false)
          .put("normalized", false)
          .put("special", true);
    }
    ObjectNode splitting = root.putObject("pre_tokenizer").put("type", "Sequence");
    splitting.withArray("pretokenizers").add(split()).add(byteLevel());
    root.set("post_processor", beginningInFront());
    root.set("decoder", byteLevel());
    ObjectNode model = root.putObject("model").put("type", "BPE").put("ignore_merges", true);
    ObjectNode vocabulary = model.putObject("vocab");
    for (int id = 0; id < SPECIAL.size(); id++) {
      vocabulary.put(SPECIAL.get(id), id);
    }
    int unprintable = 0;
    for (int b = 0; b < BYTES; b++) {
      char letter = isPrintable(b) ? (char) b : (char) (BYTES + unprintable++);
      vocabulary.put(String.valueOf(letter), SPECIAL.size() + b);
    }
    for (String word : words) {
      vocabulary.put(word, vocabulary.size());
    }
    model.putArray("merges");
    return root;
  }

  /** Letters that stand together are one piece. */
  private static ObjectNode split() {
    ObjectNode split = object().put("type", "Split");
    split.putObject("pattern").put("Regex", LETTERS);
    return split.put("behavior", "Isolated").put("invert", false);
  }

  private static ObjectNode byteLevel() {
    return object()
        .put("type", "ByteLevel")
        .put("add_prefix_space", false)
        .put("trim_offsets", false)
        .put("use_regex", false);
  }

  private static ObjectNode beginningInFront() {
    String bos = SPECIAL.get(BEGINNING);
    ObjectNode processor = object().put("type", "TemplateProcessing");
    processor.withArray("single").addObject().set("SpecialToken", piece(bos, 0));
    for (String kind : List.of("single", "pair")) {
      processor.withArray(kind).addObject().set("Sequence", piece("A", 0));
    }
    processor.withArray("pair").addObject().set("Sequence", piece("B", 1));
    ObjectNode token = processor.putObject("special_tokens").putObject(bos).put("id", bos);
    token.putArray("ids").add(BEGINNING);
    token.putArray("tokens").add(bos);
    return processor;
  }

  private static ObjectNode piece(String id, int type) {
    return object().put("id", id).put("type_id", type);
  }

  /** Bytes that GPT-2's byte-level vocabulary writes as themselves. */
  private static boolean isPrintable(int b) {
    return (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }
}
