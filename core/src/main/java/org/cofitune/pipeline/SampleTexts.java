package org.cofitune.pipeline;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.cofitune.data.TokenizedExample;
import org.cofitune.generate.Generation;
import org.cofitune.generate.GenerationConfig;
import org.cofitune.generate.Generator;
import org.cofitune.model.LoadedModel;
import org.cofitune.text.Tokenizer;

/**
 * Lets base and tuned model continue the same held-out rows.
 *
 * @param section how many, and how far
 * @param heldOut rows of the new domain that nothing was trained on
 */
record SampleTexts(SamplesSection section, List<TokenizedExample> heldOut) {

  /** A row, cut where its answer begins. */
  private record Cut(TokenizedExample row, int at, int end) {
    int[] prompt() {
      return Arrays.copyOf(row.ids(), at);
    }

    int[] reference() {
      return Arrays.copyOfRange(row.ids(), at, end);
    }
  }

  /** Whether there is anything to write. */
  boolean isEmpty() {
    return section.rows() == 0 || heldOut.isEmpty();
  }

  /** Writes greedily, so that the same models give the same samples. */
  List<Sample> of(LoadedModel base, LoadedModel tuned) {
    try (Tokenizer tokenizer = Tokenizer.load(base.directory())) {
      Generator before = new Generator(base.decoder(), tokenizer);
      Generator after = new Generator(tuned.decoder(), tokenizer);
      List<Cut> cuts =
          heldOut.stream()
              .filter(row -> row.tokens() > 1)
              .map(SampleTexts::cut)
              .filter(cut -> cut.at() < before.contextLength())
              .limit(section.rows())
              .toList();
      GenerationConfig config =
          GenerationConfig.greedy(
              section.maxNewTokens(),
              GenerationConfig.read(base.directory(), tokenizer).eosTokenIds());
      List<int[]> prompts = cuts.stream().map(Cut::prompt).toList();
      List<Generation> untuned = before.generate(prompts, config);
      List<Generation> trained = after.generate(prompts, config);
      List<Sample> samples = new ArrayList<>();
      for (int i = 0; i < cuts.size(); i++) {
        samples.add(
            new Sample(
                cuts.get(i).row().source().toString(),
                tokenizer.decode(cuts.get(i).prompt(), false),
                tokenizer.decode(cuts.get(i).reference(), true),
                untuned.get(i).text(),
                trained.get(i).text()));
      }
      return samples;
    }
  }

  /** At the first answer; a row that is supervised from its beginning is cut in half. */
  private static Cut cut(TokenizedExample row) {
    int at = 1;
    while (at < row.tokens() && !isSupervised(row, at)) {
      at++;
    }
    int end = at;
    while (end < row.tokens() && isSupervised(row, end)) {
      end++;
    }
    return at > 1 ? new Cut(row, at, end) : new Cut(row, Math.max(1, row.tokens() / 2), end);
  }

  private static boolean isSupervised(TokenizedExample row, int position) {
    return row.labels()[position] != TokenizedExample.IGNORED;
  }
}
