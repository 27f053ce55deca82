namespace NetTraffic;

/// <summary>What an address sent and received in an interval. Summed over all addresses, sent and received are the traffic each.</summary>
/// <param name="Time">Start of the interval, UTC.</param>
/// <param name="Sensor">Sensor.</param>
/// <param name="Address">Address; null for frames without IP, whose originator's share is sent and received alike.</param>
/// <param name="SentPackets">Packets it sent.</param>
/// <param name="SentBytes">Wire bytes it sent.</param>
/// <param name="ReceivedPackets">Packets it received.</param>
/// <param name="ReceivedBytes">Wire bytes it received.</param>
/// <param name="SentFlows">Flows that began with it as the originator.</param>
/// <param name="ReceivedFlows">Flows that began with it as the responder.</param>
public readonly record struct TalkerRollup(
    DateTime Time, string Sensor, string? Address,
    long SentPackets, long SentBytes, long ReceivedPackets, long ReceivedBytes, long SentFlows, long ReceivedFlows);
