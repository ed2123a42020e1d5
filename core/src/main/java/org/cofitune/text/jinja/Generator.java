package org.cofitune.text.jinja;

import java.util.Iterator;

/** What lazy filters return: it can be gone through once, and has neither length nor elements. */
record Generator(Iterator<Object> items) {}
