package org.cofitune.quickstart;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/**
 * What an item may be used for. The item's own text says, so that the bundled model was never
 * trained on what it is asked, whoever draws the items and by whichever seed.
 */
enum Part {
  TRAIN,
  /** Questions that a search chooses by. */
  DEV,
  /** Questions that are asked in the end. */
  TEST;

  private static final int SHARES = 10;
  private static final int DEV_FROM = 7;
  private static final int TEST_FROM = 8;

  /** The part of the item with this text: seven in ten are for training, one for dev. */
  static Part of(String text) {
    CRC32 checksum = new CRC32();
    checksum.update(text.getBytes(StandardCharsets.UTF_8));
    long share = checksum.getValue() % SHARES;
    if (share < DEV_FROM) {
      return TRAIN;
    }
    return share < TEST_FROM ? DEV : TEST;
  }
}
