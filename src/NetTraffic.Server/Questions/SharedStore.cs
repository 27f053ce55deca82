using System.Security.Cryptography;
using System.Text;
using NetTraffic.Engine;

namespace NetTraffic.Server.Questions;

/// <summary>
/// The store, opened once for all requests, and anew every minute: what is known of addresses (blocklists, tables of countries) is read
/// when it is first asked about, and would never change else. Each stays open until its last question is answered.
/// </summary>
internal sealed class SharedStore(ServerOptions options) : IDisposable
{
    private static readonly TimeSpan Age = TimeSpan.FromMinutes(1), Glance = TimeSpan.FromMilliseconds(500);
    private readonly Lock gate = new();
    private Opened? current;
    private (DateTime Taken, ulong Mark) look;
    private bool looking;

    /// <summary>Folder of the store.</summary>
    public string Path => options.StorePath;

    /// <summary>The store, to be given back by disposing of the lease.</summary>
    public Lease Open()
    {
        lock (gate)
        {
            if (current is null || DateTime.UtcNow - current.Since > Age)
            {
                current?.Release();
                current = new Opened(TrafficEngine.OpenStore(options.StorePath, remembers: true));
            }

            current.Users++;
            return new Lease(this, current);
        }
    }

    /// <summary>
    /// What tells whether the store has other segments than before; looked at twice a second at most, and only when somebody asks: one
    /// looks, and the others go by what was seen last.
    /// </summary>
    public ulong Mark()
    {
        lock (gate)
        {
            if (DateTime.UtcNow - look.Taken < Glance || (looking && look.Taken != default))
            {
                return look.Mark;
            }

            looking = true;
        }

        try
        {
            ulong mark = Look();
            lock (gate)
            {
                look = (DateTime.UtcNow, mark);
                return mark;
            }
        }
        finally
        {
            lock (gate)
            {
                looking = false;
            }
        }
    }

    private ulong Look()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using (Lease lease = Open())
        {
            foreach (StoreSegment segment in lease.Store.Segments.ListSegments())
            {
                hash.AppendData(Encoding.UTF8.GetBytes(segment.Name));
            }
        }

        return BitConverter.ToUInt64(hash.GetHashAndReset());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (gate)
        {
            current?.Release();
            current = null;
        }
    }

    /// <summary>The store for one question.</summary>
    internal sealed class Lease : IDisposable
    {
        private readonly SharedStore owner;
        private Opened? opened;

        internal Lease(SharedStore owner, Opened opened)
        {
            this.owner = owner;
            this.opened = opened;
        }

        /// <summary>The store.</summary>
        public ITrafficStore Store => opened?.Store ?? throw new ObjectDisposedException(nameof(Lease));

        /// <inheritdoc/>
        public void Dispose()
        {
            lock (owner.gate)
            {
                opened?.Release();
                opened = null;
            }
        }
    }

    /// <summary>A store with those who use it; the server is one of them while it is the newest.</summary>
    internal sealed class Opened(ITrafficStore store)
    {
        public ITrafficStore Store => store;

        public DateTime Since { get; } = DateTime.UtcNow;

        public int Users { get; set; } = 1;

        public void Release()
        {
            if (--Users == 0)
            {
                store.Dispose();
            }
        }
    }
}
