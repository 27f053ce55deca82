namespace NetTraffic;

/// <summary>Traffic between two addresses in an interval.</summary>
/// <param name="Time">Start of the interval, UTC.</param>
/// <param name="Sensor">Sensor.</param>
/// <param name="Source">Originator's address, or null.</param>
/// <param name="Destination">Responder's address, or null.</param>
/// <param name="Packets">Packets both ways.</param>
/// <param name="Bytes">Wire bytes both ways.</param>
/// <param name="Flows">Flows that began.</param>
public readonly record struct ConversationRollup(
    DateTime Time, string Sensor, string? Source, string? Destination, long Packets, long Bytes, long Flows);
