/* dumpcap's face: hands over one frame as pcapng and waits to be ended. It shows that the module finds and starts the program, and that a
   capture through it ends in good order. */
#include <fcntl.h>
#include <io.h>
#include <stdio.h>
#include <windows.h>
static void put(const void *bytes, unsigned length) { fwrite(bytes, 1, length, stdout); }
static void number(unsigned value) { put(&value, 4); }
int main(void) {
  unsigned char frame[60] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 6 };
  _setmode(_fileno(stdout), _O_BINARY);
  number(0x0A0D0D0A), number(28), number(0x1A2B3C4D), number(1), number(-1), number(-1), number(28);
  number(1), number(20), number(1), number(262144), number(20);
  number(6), number(92), number(0), number(0x00064000), number(0), number(60), number(60), put(frame, 60), number(92);
  fflush(stdout);
  Sleep(60000);
  return 2;
}
