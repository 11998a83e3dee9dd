#include "counter.h"

void add_one(long* counter) { ++*counter; }
