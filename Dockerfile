# syntax=docker/dockerfile:1
# NetTraffic in a container: the REST API's server, which captures as a user who is not root; PowerShell with the module beside it.
# Every command here also runs outside of a container: tests/integration/dockerfile.sh does it.

FROM mcr.microsoft.com/dotnet/sdk:10.0.401 AS build
WORKDIR /source
COPY . .
RUN ./build.sh build

# The same distribution as the build stage (.NET 10's images are Ubuntu); no SDK.
FROM mcr.microsoft.com/dotnet/aspnet:10.0.12 AS final
RUN apt-get update \
 && apt-get install -y --no-install-recommends libpcap0.8 libcap2-bin \
 && rm -rf /var/lib/apt/lists/*
COPY --from=build /source/artifacts/pwsh /opt/nettraffic/pwsh
# Where PowerShell itself looks for modules: each of the module's commands loads it.
COPY --from=build /source/module /opt/nettraffic/pwsh/Modules/NetTraffic/module
COPY --from=build /source/NetTraffic.psd1 /source/LICENSE /source/CHANGELOG.md /opt/nettraffic/pwsh/Modules/NetTraffic/
# Capturing needs CAP_NET_RAW, and a container's capabilities reach only root. So a second "dotnet" has it, whoever runs it, where the
# container has it (docker run has, by default; docker-compose.yml adds it): the same .NET, which it finds beside itself. Where the
# capability is dropped it does not start at all; "dotnet" itself is the same without it, for everything but capturing.
RUN dotnet="$(dirname "$(readlink -f "$(command -v dotnet)")")" \
 && install -D -m 755 "$dotnet/dotnet" /opt/nettraffic/capturing/dotnet \
 && ln -s "$dotnet/host" "$dotnet/shared" /opt/nettraffic/capturing/ \
 && setcap cap_net_raw=ep /opt/nettraffic/capturing/dotnet \
 && install -d -o "$APP_UID" -g "$APP_UID" -m 750 /var/lib/nettraffic
# The interfaces to capture on, comma-separated; default: that of the default route.
ENV NETTRAFFIC_SERVER_CAPTURE=default \
    NETTRAFFIC_HOME=/var/lib/nettraffic \
    HOME=/tmp \
    DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 \
    DOTNET_EnableDiagnostics=0 \
    POWERSHELL_TELEMETRY_OPTOUT=1 \
    POWERSHELL_UPDATECHECK=Off
VOLUME /var/lib/nettraffic
# The user "app" of .NET's images, by its number.
USER $APP_UID
# Stops the capture and writes what it holds.
STOPSIGNAL SIGTERM
# Asks the server's own /health/ready: the store can be read, and the capture has not failed.
HEALTHCHECK --interval=30s --timeout=15s --start-period=60s --retries=3 \
  CMD ["dotnet", "/opt/nettraffic/pwsh/Modules/NetTraffic/module/bin/NetTraffic.Server.dll", "--health"]
ENTRYPOINT ["/opt/nettraffic/capturing/dotnet", "/opt/nettraffic/pwsh/Modules/NetTraffic/module/bin/NetTraffic.Server.dll"]
