# docker build -t unrolled . && docker run -p 8501:8501 -v unrolled:/home/unrolled/assets unrolled
#   --build-arg FETCH_ASSETS=1            put the weights into the image; otherwise they are fetched at first use
#   --build-arg PIP_EXTRA_INDEX_URL=...   another package index, for instance one with builds of torch for CPU alone
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 UNROLLED_HOME=/home/unrolled/assets

# Threads of compiled loops wait awake with it, and one thread has to do without.
RUN apt-get update && apt-get install -y --no-install-recommends libgomp1 && rm -rf /var/lib/apt/lists/*

RUN useradd --create-home --uid 1000 unrolled && install -d -o unrolled -g unrolled "$UNROLLED_HOME"

WORKDIR /app
ARG PIP_EXTRA_INDEX_URL=""
COPY requirements.txt .
RUN pip install -r requirements.txt

COPY --chown=unrolled:unrolled . .
USER unrolled
ARG FETCH_ASSETS=0
RUN if [ "$FETCH_ASSETS" = 1 ]; then python -m core.assets fetch; fi

EXPOSE 8501
VOLUME /home/unrolled/assets
HEALTHCHECK --start-period=60s --interval=30s --timeout=5s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4).read()"]
CMD ["python", "-m", "streamlit", "run", "app.py", "--server.port=8501", "--server.address=0.0.0.0", "--server.headless=true"]
