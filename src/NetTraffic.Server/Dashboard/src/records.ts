// What the API answers with, as far as the page looks at it; the whole is in /openapi.json.

export interface Problem {
  status: number;
  title: string;
  detail?: string;
  id: string;
  nextMove: string;
}

export interface Total {
  StartTime: string | null;
  EndTime: string | null;
  Packets: number;
  Bytes: number;
  Flows: number;
  SourceAddresses: number;
  DestinationAddresses: number;
  Captures: number;
  Retransmissions: number;
  DroppedPackets: number | null;
  DecodeFailures: number | null;
  Incomplete: boolean;
}

export interface Item {
  Time: string | null;
  By: string;
  Name: string;
  Packets: number;
  Bytes: number;
  Flows: number;
  Percent: number;
  SentBytes: number;
  ReceivedBytes: number;
  StartTime: string;
  EndTime: string;
  PacketsPerSecond: number;
  BitsPerSecond: number;
  Address: string | null;
  PeerAddress: string | null;
  Country: string | null;
}

export interface Summary {
  Total: Total | null;
  Items: Item[] | null;
  HasMore: boolean;
  HasGaps: boolean;
}

export interface Flow {
  StartTime: string;
  EndTime: string;
  Duration: number;
  SourceAddress: string | null;
  SourcePort: number | null;
  DestinationAddress: string | null;
  DestinationPort: number | null;
  Protocol: string;
  Application: string | null;
  State: string;
  Packets: number;
  Bytes: number;
  SourcePackets: number;
  SourceBytes: number;
  DestinationPackets: number;
  DestinationBytes: number;
  HandshakeRtt: number | null;
  CaptureId: string;
  FlowId: string;
  Interface: string;
  Sensor: string;
  CommunityId: string | null;
  SourceMac: string | null;
  DestinationMac: string | null;
  [column: string]: unknown;
}

export interface Page<T> {
  Items: T[];
  Next: string | null;
}

export interface Packet {
  Number: number;
  Time: string;
  Length: number;
  SourceAddress: string | null;
  SourcePort: number | null;
  DestinationAddress: string | null;
  DestinationPort: number | null;
  SourceMac: string | null;
  DestinationMac: string | null;
  Protocol: string;
  Info: string;
}

export interface PacketPage extends Page<Packet> {
  Rings: number;
  Problems: string[];
}

export interface Known {
  Address: string;
  Scope: string;
  Country: string | null;
  CountryCode: string | null;
  Region: string | null;
  City: string | null;
  AsNumber: number | null;
  AsName: string | null;
  Organization: string | null;
  HostName: string | null;
  SuspicionScore: number;
  SuspicionReasons: string[];
  Blocklists: string[];
  Providers: string[];
  Missing: string[];
}

export interface Suspicious {
  Address: string;
  SuspicionScore: number;
  SuspicionReasons: string[];
  Blocklists: string[];
  Country: string | null;
  AsNumber: number | null;
  Organization: string | null;
  HostName: string | null;
  Packets: number;
  Bytes: number;
  SentBytes: number;
  ReceivedBytes: number;
  Flows: number;
  StartTime: string;
  EndTime: string;
}

// The names of the API's enumerations: a state that there is not does not compile.
export type CaptureState = "Running" | "Completed" | "Stopped" | "Failed" | "Crashed";
export type JobState = "Waiting" | "Running" | "Completed" | "Failed";
export type InterfaceState = "Up" | "Down" | "Removed" | "Failed";

export interface Capture {
  CaptureId: string;
  Name: string;
  State: CaptureState;
  Kind: string;
  Interfaces: string[];
  InterfaceStates: Record<string, InterfaceState>;
  Filter: string | null;
  Path: string | null;
  Sensor: string;
  StartTime: string;
  EndTime: string | null;
  FirstPacketTime: string | null;
  LastPacketTime: string | null;
  Packets: number;
  Bytes: number;
  KernelDrops: number;
  InterfaceDrops: number;
  DecodeFailures: number;
  Flows: number;
  ActiveFlows: number;
  PacketsPerSecond: number;
  BitsPerSecond: number;
  PacketRingSize: number | null;
  PacketRingBytes: number;
  Message: string | null;
}

export interface Interface {
  Name: string;
  Description: string;
  Addresses: string[];
  IsUp: boolean;
  IsLoopback: boolean;
  IsDefault: boolean;
  CanCapture: boolean;
  CaptureProblem: string | null;
}

export interface Status {
  Version: string;
  StartTime: string;
  Uptime: number;
  Sensor: string;
  Segments: number;
  StoreBytes: number;
  DamagedFiles: number;
  Dropped: number;
  Captures: Capture[];
}

export interface Live {
  Time: string;
  PacketsPerSecond: number;
  BitsPerSecond: number;
  Dropped: number;
  Captures: {
    CaptureId: string;
    Name: string;
    Packets: number;
    Bytes: number;
    PacketsPerSecond: number;
    BitsPerSecond: number;
    Dropped: number;
    ActiveFlows: number;
  }[];
  TopTalkers: Item[];
}

export interface Session {
  NeedsKey: boolean;
  Role: "Control" | "Read" | null;
}

export interface Job {
  Id: string;
  State: JobState;
  Done: number;
  All: number;
  Items: Known[];
  Warnings: string[];
  Problem: Problem | null;
}
