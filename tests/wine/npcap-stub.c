/* Npcap's face for a machine without Npcap: lists one adapter with an umlaut in its description, and opens nothing. It shows that the
   module loads System32\\Npcap\\wpcap.dll, names adapters and reads their descriptions; of Npcap itself it says nothing. */
#include <stdlib.h>
#include <string.h>
#include <windows.h>
#define EXPORT __declspec(dllexport)
struct pcap_if { struct pcap_if *next; char *name; char *description; void *addresses; unsigned flags; };
static int utf8;
EXPORT const char *pcap_lib_version(void) { return "Npcap version 1.80, based on libpcap version 1.10.5"; }
EXPORT int pcap_init(unsigned opts, char *err) { utf8 = opts == 1; return 0; }
static struct pcap_if loop = { 0, "\\Device\\NPF_Loopback", "Adapter for loopback traffic capture", 0, 1 | 2 | 4 };
static struct pcap_if card[2] = {
 { &loop, "\\Device\\NPF_{11111111-2222-3333-4444-555555555555}", "Netzwerkkarte f\xc3\xbcr B\xc3\xbcro", 0, 2 | 4 }};

EXPORT int pcap_findalldevs(struct pcap_if **all, char *err) { if (!utf8) card[0].description = "Netzwerkkarte f\xfcr B\xfcro"; *all = card; return 0; }
EXPORT void pcap_freealldevs(struct pcap_if *all) {}
EXPORT void *pcap_create(const char *n, char *err) { strcpy(err, "stub"); return 0; }
EXPORT void *pcap_open_live(const char *n, int s, int p, int t, char *err) { strcpy(err, "stub"); return 0; }
EXPORT void *pcap_open(const char *n, int s, int f, int t, void*a, char *err) { strcpy(err, "stub"); return 0; }
EXPORT void pcap_close(void *p) {}
EXPORT const char *pcap_statustostr(int e) { return "status"; }
