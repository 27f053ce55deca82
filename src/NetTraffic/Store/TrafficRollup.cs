namespace NetTraffic;

/// <summary>Traffic of an interval by sensor, interface, protocol and application.</summary>
/// <param name="Time">Start of the interval, UTC.</param>
/// <param name="Sensor">Sensor.</param>
/// <param name="Interface">Interface.</param>
/// <param name="Protocol">Protocol's name.</param>
/// <param name="Application">Application, or null.</param>
/// <param name="Packets">Packets both ways.</param>
/// <param name="Bytes">Wire bytes both ways.</param>
/// <param name="Flows">Flows that began.</param>
public readonly record struct TrafficRollup(
    DateTime Time, string Sensor, string Interface, string Protocol, string? Application, long Packets, long Bytes, long Flows);
