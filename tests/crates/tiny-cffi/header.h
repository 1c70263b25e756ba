#ifndef TINY_CFFI_H
#define TINY_CFFI_H

#include <stdint.h>

#define TINY_LIMIT 3

#ifdef __cplusplus
extern "C" {
#endif

typedef struct Pair {
  int32_t one;
  int32_t other;
} Pair;

int32_t sum(struct Pair pair);

#ifdef __cplusplus
}
#endif

#endif
