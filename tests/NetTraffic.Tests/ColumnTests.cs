using System.Reflection;
using System.Runtime.CompilerServices;
using NetTraffic.Packets;

namespace NetTraffic.Tests;

/// <summary>The column table and the records say the same.</summary>
public sealed class ColumnTests
{
    [Fact]
    public void Fields_of_flows_are_the_properties_of_Flow_in_their_order() => Assert.Equal(
        typeof(Flow).GetProperties().Select(property => property.Name).Where(name => name != nameof(Flow.StorePath)),
            Datasets.Flows.Fields.Select(field => field.Property));

    [Fact]
    public void Fields_of_captures_are_the_properties_of_CaptureInterval_in_their_order() => Assert.Equal(
        typeof(CaptureInterval).GetProperties().Select(property => property.Name),
            Datasets.Captures.Fields.Select(field => field.Property));

    [Fact]
    public void Fields_of_enrichment_are_the_properties_of_EnrichmentRow_in_their_order() => Assert.Equal(
        typeof(EnrichmentRow).GetProperties().Select(property => property.Name),
            Datasets.Enrichment.Fields.Select(field => field.Property));

    [Fact]
    public void What_can_be_set_is_stored_and_nothing_else_is() => Assert.Equal(
        typeof(Flow).GetProperties().Where(property => property.CanWrite && property.Name != nameof(Flow.StorePath))
            .Select(property => property.Name),
        Datasets.Flows.Columns.Select(column => column.Property));

    /// <summary>Each column's own way in and out: a wrong getter or setter would show as another property's value.</summary>
    [Fact]
    public void A_value_that_is_read_into_a_record_is_the_one_that_is_written_out_of_it()
    {
        Check(Datasets.Flows);
        Check(Datasets.Captures);
        Check(Datasets.Enrichment);

        static void Check<TRow>(Dataset<TRow> dataset)
            where TRow : class
        {
            TRow row = dataset.Create();
            for (int i = 0; i < dataset.Columns.Count; i++)
            {
                dataset.Columns[i].Read(row, new OneValue(i + 1));
            }

            for (int i = 0; i < dataset.Columns.Count; i++)
            {
                Column<TRow> column = dataset.Columns[i];
                Taken taken = new();
                column.Write(row, taken);
                object? value = typeof(TRow).GetProperty(column.Property)!.GetValue(row);
                long expected = value is bool ? 1 : i + 1;
                Assert.Equal((column.Property, expected), (column.Property, taken.Value));
                long plain = value switch
                {
                    double degrees => (long)Math.Round(degrees * 1e6),
                    DateTime time => UnixTime.ToMicroseconds(time),
                    TimeSpan time => (long)time.TotalMicroseconds,
                    string text => long.Parse(text, System.Globalization.CultureInfo.InvariantCulture),
                    _ => Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture),
                };
                Assert.Equal((column.Property, expected), (column.Property, plain));
            }
        }
    }

    /// <summary>Yes and no tell less apart than numbers do.</summary>
    [Fact]
    public void A_column_of_yes_or_no_sets_its_own_property_and_no_other() => Assert.All(
        Datasets.Enrichment.Columns.Where(column => typeof(EnrichmentRow).GetProperty(column.Property)!.PropertyType == typeof(bool?)),
            column =>
        {
            EnrichmentRow row = new();
            column.Read(row, new OneValue(1));
            PropertyInfo set = Assert.Single(typeof(EnrichmentRow).GetProperties(), property => property.GetValue(row) is true);
            Assert.Equal(column.Property, set.Name);
        });

    [Fact]
    public void What_is_absent_comes_back_absent() => Assert.All(Datasets.Flows.Columns.Where(column => column.Nullable), column =>
    {
        Flow flow = new();
        column.Read(flow, new OneValue(7));
        column.Read(flow, new OneValue(null));
        Taken taken = new();
        column.Write(flow, taken);
        Assert.Equal((column.Property, null), (column.Property, taken.Value));
    });

    private sealed class OneValue(long? value) : IValueReader
    {
        public bool IsNull => value is null;

        public string Text() => Number().ToString(System.Globalization.CultureInfo.InvariantCulture);

        public long Number() => value!.Value;

        public ulong Unsigned() => (ulong)Number();

        public DateTime Time() => UnixTime.FromMicroseconds(Number());
    }

    private sealed class Taken : IValueWriter
    {
        public long? Value { get; private set; }

        public void Null() => Value = null;

        public void Text(string value) => Value = long.Parse(value, System.Globalization.CultureInfo.InvariantCulture);

        public void Number(long value) => Value = value;

        public void Unsigned(ulong value) => Value = (long)value;

        public void Time(DateTime value) => Value = UnixTime.ToMicroseconds(value);

        public void Duration(TimeSpan value) => Value = (long)value.TotalMicroseconds;

        public void Boolean(bool value) => Value = value ? 1 : 0;

        public void Degrees(double value) => Value = (long)Math.Round(value * 1e6);

        public void Flags(TcpFlags value) => Value = (long)value;
    }

    [Fact]
    public void A_column_can_be_absent_where_its_property_can() => Assert.All(Datasets.Flows.Columns, column =>
    {
        PropertyInfo property = typeof(Flow).GetProperty(column.Property)!;
        bool nullable = Nullable.GetUnderlyingType(property.PropertyType) is not null
            || new NullabilityInfoContext().Create(property).WriteState == NullabilityState.Nullable;
        Assert.Equal((column.Property, nullable), (column.Property, column.Nullable));
    });

    // Fields of a row that another column's value is made from.
    private static readonly Dictionary<string, string> RowFields = new(StringComparer.Ordinal)
    {
        ["StartTimeUs"] = "StartTime",
        ["TimeUs"] = "Time",
        ["EndTimeUs"] = "EndTime",
        ["Source"] = "SourceAddress",
        ["Destination"] = "DestinationAddress",
        ["HandshakeRttUs"] = "HandshakeRtt",
        ["InterfaceIndex"] = "Interface",
        ["LinkType"] = "Protocol",
    };

    [Fact]
    public void Every_field_of_a_row_has_a_column() => Assert.Empty(
        typeof(FlowRow).GetFields(BindingFlags.Public | BindingFlags.Instance)
            .Select(field => RowFields.GetValueOrDefault(field.Name, field.Name))
            .Except(Datasets.Flows.Columns.Select(column => column.Property)));

    [Fact]
    public void Column_names_are_snake_case_and_distinct() => Assert.All(Datasets.All, dataset =>
    {
        Assert.Equal(dataset.Columns.Count,
            dataset.Columns.Select(column => column.Name).Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.All(dataset.Columns, column =>
        {
            Assert.Matches("^[a-z]+(_[a-z]+)*$", column.Name);
            Assert.StartsWith(column.Property.ToLowerInvariant(), column.Name.Replace("_", "", StringComparison.Ordinal),
                StringComparison.Ordinal);
            Assert.EndsWith(".", column.Description, StringComparison.Ordinal);
        });
    });

    [Fact]
    public void Counters_are_summed_and_nothing_else_is() => Assert.All(Datasets.Flows.Columns, column =>
        Assert.Equal(
            (column.Property, column.Property.EndsWith("Packets", StringComparison.Ordinal)
                || column.Property.EndsWith("Bytes", StringComparison.Ordinal)
                    || column.Property.EndsWith("Retransmissions", StringComparison.Ordinal)),
            (column.Property, column.Merge == ColumnMerge.Sum)));

    [Fact]
    public void A_decoded_packet_is_104_bytes_without_references() =>
        Assert.Equal((104, false), (Unsafe.SizeOf<DecodedPacket>(), RuntimeHelpers.IsReferenceOrContainsReferences<DecodedPacket>()));

    [Fact]
    public void A_row_has_no_references() => Assert.False(RuntimeHelpers.IsReferenceOrContainsReferences<FlowRow>());
}
