namespace NetTraffic.Enrichment.Limits;

/// <summary>How often somebody may be asked.</summary>
/// <param name="PerMinute">Requests within any 60 seconds.</param>
/// <param name="PerDay">Requests from 00:00 to 24:00 UTC; null: no limit.</param>
internal sealed record ProviderLimit(int PerMinute, int? PerDay);
