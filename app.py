"""Start-up, warm-up and a health route; the course itself is `pages/course.py`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from pages.kit import warmup
from pages.kit.delivery import Delivery


async def health(_: Request) -> JSONResponse:
    """Say whether the model is loaded: {"model": "idle" | "loading" | "ready" | "failed", "detail": "..."}."""
    state, detail = warmup.state()
    return JSONResponse({"model": state, "detail": detail}, status_code=200 if state != "failed" else 503)


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Load the model in the background while the first pages are already served; end it with the server."""
    warmup.start()
    yield
    warmup.stop()


app = st.App("pages/course.py", lifespan=lifespan, routes=[Route("/health", health)], middleware=[Middleware(Delivery)])
